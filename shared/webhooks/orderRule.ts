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
}

export type OrderDecision =
  | { readonly rule: 'go' }
  /** Settled, or overtaken by a newer round: nothing is left to do. */
  | { readonly rule: 'done' }
  /** This very attempt is on record and only its follow-up may be missing (a crash came between). */
  | { readonly rule: 'repeat'; readonly nextAtMs: number }
  /** The call's end has been sent, so that this would come after it. */
  | { readonly rule: 'stale' }
  /** An earlier event of the call comes first. */
  | { readonly rule: 'wait'; readonly untilMs: number };

/** The look at what one waits for comes at least this often… */
const WAIT_MS = 1000;
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
  if (later.some((row) => row.type.endsWith('.completed') && row.attempt > 0)) return { rule: 'stale' };
  const ahead = rows.find((row) => row.sequence !== undefined && row.sequence < sequence && row.state === 'pending' && !hasOutlived(row, nowMs));
  return ahead === undefined ? { rule: 'go' } : { rule: 'wait', untilMs: Math.max(ahead.nextAtMs ?? 0, nowMs) + WAIT_MS };
}

function hasOutlived(row: OrderRow, nowMs: number): boolean {
  return nowMs >= (row.expiryTimeMs ?? row.timeMs + LONGEST_RING_MS) + OUTLIVED_MS;
}
