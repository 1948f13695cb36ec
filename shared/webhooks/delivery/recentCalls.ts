import { LRUCache } from 'lru-cache';
import type { RelayEvent } from '../../invitations/relayEvent';

/** At ten calls a second a quarter of an hour; what is forgotten costs one read of its call's partition. */
const MAX_CALLS = 10_000;

interface RecentCall {
  /** Time of the first event that this process had of the call: milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly sequence: string;
}

/** What this process itself has handled of a call. */
export interface RecentCalls {
  /** Remembers the event; resolves nothing and reads nothing. Answers what was known of earlier events of its call. */
  arrive(event: RelayEvent): Pick<RecentCall, 'startedAtMs'> | undefined;
}

export function createRecentCalls(): RecentCalls {
  const calls = new LRUCache<string, RecentCall>({ max: MAX_CALLS });
  return {
    arrive({ subject, sequence, timeMs }) {
      if (sequence === undefined) return undefined;
      const known = calls.get(subject);
      const isEarlier = known !== undefined && known.sequence < sequence;
      if (known === undefined || known.sequence > sequence)
        calls.set(subject, { startedAtMs: Math.min(timeMs, known?.startedAtMs ?? timeMs), sequence });
      return isEarlier ? known : undefined;
    },
  };
}
