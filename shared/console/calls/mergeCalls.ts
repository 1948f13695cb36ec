import type { CallItem } from '../api/answers';

/** Calls by invitation id. */
export type Calls = ReadonlyMap<string, CallItem>;

/** As many ended calls are kept as the views show at once, with room to scroll. */
const MAX_ENDED = 500;

/**
 * The calls with these items among them. Of one call the newest snapshot stays, whatever the order in which they come; what
 * has ended stays ended. Pure.
 */
export function mergeCalls(calls: Calls, items: readonly CallItem[]): Calls {
  const merged = new Map(calls);
  for (const item of items) {
    const known = merged.get(item.invitationId);
    merged.set(item.invitationId, known === undefined ? item : newerOf(known, item));
  }
  return withoutOldest(merged);
}

function newerOf(known: CallItem, item: CallItem): CallItem {
  if (item.sequence !== undefined && known.sequence !== undefined) {
    const newer = item.sequence >= known.sequence ? item : known;
    const older = newer === item ? known : item;
    // Either may lack what the other knows: an event of the stream its beginning, a list's item nothing.
    return { ...older, ...newer };
  }
  return known.state === 'ended' && item.state === 'active' ? { ...item, ...known } : { ...known, ...item };
}

function withoutOldest(calls: Map<string, CallItem>): Calls {
  const ended = [...calls.values()].filter(({ state }) => state === 'ended');
  if (ended.length <= MAX_ENDED) return calls;
  const oldestFirst = ended.sort((one, other) => startedAtOf(one) - startedAtOf(other));
  for (const { invitationId } of oldestFirst.slice(0, ended.length - MAX_ENDED)) calls.delete(invitationId);
  return calls;
}

/** Milliseconds since the epoch; 0 where it is not known. */
export function startedAtOf({ startedAt }: CallItem): number {
  return startedAt === undefined ? 0 : Date.parse(startedAt);
}

/** Whether it may ring at that time: an incoming one that has neither ended nor run out. Pure. */
export function isRinging({ state, expiresAt, invitation }: CallItem, nowMs: number): boolean {
  return (
    state === 'active' &&
    invitation.direction !== 'outgoing' &&
    (expiresAt === undefined || Date.parse(expiresAt) > nowMs)
  );
}

/** Calls that ring, the one that has waited longest first. Pure. */
export function ringingOf(calls: Calls, nowMs: number): readonly CallItem[] {
  return [...calls.values()]
    .filter((call) => isRinging(call, nowMs))
    .sort((one, other) => startedAtOf(one) - startedAtOf(other));
}

/** Calls that are over, the newest first. Pure. */
export function endedOf(calls: Calls): readonly CallItem[] {
  return [...calls.values()]
    .filter(({ state, invitation }) => state === 'ended' && invitation.direction !== 'outgoing')
    .sort((one, other) => startedAtOf(other) - startedAtOf(one));
}
