import type { DeliveryMessage } from './deliveryMessage';

/** How far one event has come with one subscriber. */
export interface OrderRow {
  readonly eventId: string;
  readonly type: string;
  /** Orders the events of one invitation as text; absent on events that have no order. */
  readonly sequence?: string | undefined;
  readonly timeMs: number;
  readonly expiryTimeMs?: number | undefined;
  readonly round: number;
  readonly state: 'pending' | 'settled';
  /** Attempts made in this round. */
  readonly attempt: number;
  readonly nextAtMs?: number | undefined;
  /** On a call's end: that it may have been sent, noted before it is where the beginning is not known. */
  readonly begun?: boolean | undefined;
}

export type OrderDecision =
  | { readonly rule: 'go' }
  /** The end of a call whose beginning is not known (yet): note that it has begun, and look again. */
  | { readonly rule: 'announce' }
  /** Settled, or overtaken by a newer round: nothing is left to do. */
  | { readonly rule: 'done' }
  /** This very attempt is on record and only its follow-up may be missing (a crash came between). */
  | { readonly rule: 'repeat'; readonly nextAtMs: number }
  /** The call's end has been sent, so that this would come after it. */
  | { readonly rule: 'stale' }
  /** An earlier event of the call comes first. */
  | { readonly rule: 'wait'; readonly untilMs: number };

/** What one waits for is mostly an attempt under way: the first look comes this soon, each further one after twice as long… */
const FIRST_WAIT_MS = 100;
/** …but at least this often, since each look costs the bus and the tables… */
const WAIT_MS = 4000;
/** …and a ring's event is in no attempt any more this long after it expired: longer than an attempt's time-out. */
const OUTLIVED_MS = 10_000;
/** For an event that should expire and does not say when. */
const LONGEST_RING_MS = 300_000;

/**
 * Decides whether an attempt may be made now, from what is known of the call's events with this subscriber. Whoever
 * never sees the end before the beginning, and across calls nothing waits. A pending event that has outlived its ring
 * holds nobody up, so that one lost message cannot silence a call. Pure.
 */
export function decideOrder(message: DeliveryMessage, rows: readonly OrderRow[], nowMs: number): OrderDecision {
  const { event, round, attempt } = message;
  const own = rows.find((row) => row.eventId === event.id);
  if (own !== undefined) {
    if (own.round > round || (own.round === round && own.state === 'settled')) return { rule: 'done' };
    if (own.round === round && own.attempt >= attempt) return { rule: 'repeat', nextAtMs: own.nextAtMs ?? nowMs };
  }
  const { sequence } = event;
  if (sequence === undefined) return { rule: 'go' };
  const later = rows.filter((row) => row.sequence !== undefined && row.sequence > sequence);
  if (later.some((row) => isEnd(row) && (row.attempt > 0 || row.begun === true))) return { rule: 'stale' };
  const earlier = rows.filter((row) => row.sequence !== undefined && row.sequence < sequence);
  const ahead = earlier.find((row) => row.state === 'pending' && !hasOutlived(row, nowMs));
  if (ahead !== undefined)
    return {
      rule: 'wait',
      untilMs: Math.max(ahead.nextAtMs ?? 0, nowMs) + Math.min(FIRST_WAIT_MS * 2 ** message.deferrals, WAIT_MS),
    };
  // The beginning may be in a fan-out that runs at this moment. Whoever notes first and looks then, sees the other.
  const alone = isEnd(event) && !earlier.some(isStart);
  return alone && own?.begun !== true ? { rule: 'announce' } : { rule: 'go' };
}

/** Whether an event is a call's first. */
export function isStart({ type }: { readonly type: string }): boolean {
  return type.endsWith('.started');
}

/** Whether it is its last. */
export function isEnd({ type }: { readonly type: string }): boolean {
  return type.endsWith('.completed');
}

function hasOutlived(row: OrderRow, nowMs: number): boolean {
  return nowMs >= (row.expiryTimeMs ?? row.timeMs + LONGEST_RING_MS) + OUTLIVED_MS;
}
