import { LRUCache } from 'lru-cache';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import { isCallStart } from './lateSnapshot';

/** At ten calls a second a quarter of an hour; what is forgotten costs one read of its call's partition. */
const MAX_CALLS = 10_000;

/** What this process knows of a call by an event that it has handled before. */
export interface RecentCall {
  /** Time of the call's `started`, where this process has handled it: milliseconds since the epoch. */
  readonly startedAtMs: number | undefined;
}

/** The calls whose events this process itself has handled. */
export interface RecentCalls {
  /** Remembers the event; returns what is known by earlier events of its call, undefined when there was none. */
  arrive(event: RelayEvent): RecentCall | undefined;
}

/** The calls of this process that had an event last. */
export function createRecentCalls(maxCalls = MAX_CALLS): RecentCalls {
  const calls = new LRUCache<string, RecentCall & { readonly firstSequence: string }>({ max: maxCalls });
  return {
    arrive(event) {
      const { subject, sequence, timeMs } = event;
      if (sequence === undefined) return undefined;
      const known = calls.get(subject);
      const firstSequence = known === undefined || sequence < known.firstSequence ? sequence : known.firstSequence;
      calls.set(subject, { startedAtMs: isCallStart(event) ? timeMs : known?.startedAtMs, firstSequence });
      return known !== undefined && known.firstSequence < sequence ? { startedAtMs: known.startedAtMs } : undefined;
    },
  };
}
