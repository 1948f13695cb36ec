import type { InvitationData } from './invitationData';
import type { ChannelGap, InvitationEvent } from './events/relayEvent';

/** What is known of an invitation from the events that have arrived so far, in whatever order they came. */
export interface InvitationHead {
  readonly invitationId: string;
  readonly account: string;
  readonly state: 'active' | 'ended';
  /** How it is known to have ended: its `completed` event, or a gap in the channel that may have swallowed that. */
  readonly endedBy?: 'completed' | 'gap';
  /** While a gap is all that ended it: when the channel was whole again. What is heard of it after that shows that it goes on. */
  readonly gapEndedAtMs?: number;
  /** Time of its earliest event. */
  readonly startedAtMs: number;
  /** Time of its last event. */
  readonly seenAtMs: number;
  /** Sequence of the event that `data` is of: the latest. */
  readonly sequence: string;
  /** After this the ring is surely over, `completed` or not. */
  readonly expiryTimeMs?: number;
  readonly data: InvitationData;
}

/** A ring that ran out is counted as ended this long after its expiry, whether its `completed` came or not. */
export const EXPIRY_GRACE_MS = 60_000;

/** The head after one more event. Idempotent, and the same whatever the order in which the events come. Pure. */
export function applyEvent(head: InvitationHead | undefined, event: InvitationEvent): InvitationHead {
  const sequence = event.sequence ?? '';
  const latest = head === undefined || sequence >= head.sequence;
  const expiryTimeMs = latest ? (event.expiryTimeMs ?? head?.expiryTimeMs) : (head.expiryTimeMs ?? event.expiryTimeMs);
  const seenAtMs = Math.max(event.timeMs, head?.seenAtMs ?? -Infinity);
  return {
    invitationId: event.subject,
    account: event.account,
    ...endAfter(head, event, seenAtMs),
    startedAtMs: Math.min(event.timeMs, head?.startedAtMs ?? Infinity),
    seenAtMs,
    sequence: latest ? sequence : head.sequence,
    ...(expiryTimeMs === undefined ? {} : { expiryTimeMs }),
    data: latest ? event.data : head.data,
  };
}

/** Whether and how it has ended: a gap ends it until it is heard of again. */
function endAfter(
  head: InvitationHead | undefined,
  event: InvitationEvent,
  seenAtMs: number,
): Pick<InvitationHead, 'state' | 'endedBy' | 'gapEndedAtMs'> {
  if (event.data.event === 'completed' || head?.endedBy === 'completed')
    return { state: 'ended', endedBy: 'completed' };
  const gapEndedAtMs = head?.gapEndedAtMs;
  if (gapEndedAtMs === undefined || seenAtMs > gapEndedAtMs) return { state: 'active' };
  return { state: 'ended', endedBy: 'gap', gapEndedAtMs };
}

/** The head after a gap in its account's channel: what was last heard of before the channel was whole again may have ended unseen. Pure. */
export function applyGap(head: InvitationHead, gap: ChannelGap): InvitationHead {
  const gapEndedAtMs = Date.parse(gap.before);
  if (head.state === 'ended' || head.seenAtMs > gapEndedAtMs) return head;
  return { ...head, state: 'ended', endedBy: 'gap', gapEndedAtMs };
}

/** Whether it may still be ringing at that moment. Pure. */
export function isActive(head: InvitationHead, nowMs: number): boolean {
  return head.state === 'active' && (head.expiryTimeMs === undefined || head.expiryTimeMs + EXPIRY_GRACE_MS > nowMs);
}
