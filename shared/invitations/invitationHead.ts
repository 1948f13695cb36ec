import type { InvitationData } from './invitationData';
import type { ChannelGap, InvitationEvent } from './relayEvent';

/** What is known of an invitation from the events that have arrived so far, in whatever order they came. */
export interface InvitationHead {
  readonly invitationId: string;
  readonly account: string;
  readonly state: 'active' | 'ended';
  /** How it is known to have ended: its `completed` event, or a gap in the channel that may have swallowed that. */
  readonly endedBy?: 'completed' | 'gap';
  /** Time of its earliest event. */
  readonly startedAtMs: number;
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
  const completed = event.data.event === 'completed';
  const latest = head === undefined || sequence >= head.sequence;
  const expiryTimeMs = latest ? (event.expiryTimeMs ?? head?.expiryTimeMs) : (head.expiryTimeMs ?? event.expiryTimeMs);
  const endedBy = completed ? 'completed' : head?.endedBy;
  return {
    invitationId: event.subject,
    account: event.account,
    state: endedBy === undefined ? 'active' : 'ended',
    ...(endedBy === undefined ? {} : { endedBy }),
    startedAtMs: Math.min(event.timeMs, head?.startedAtMs ?? Infinity),
    sequence: latest ? sequence : head.sequence,
    ...(expiryTimeMs === undefined ? {} : { expiryTimeMs }),
    data: latest ? event.data : head.data,
  };
}

/** The head after a gap in its account's channel: what had begun before the channel was whole again may have ended unseen. Pure. */
export function applyGap(head: InvitationHead, gap: ChannelGap): InvitationHead {
  if (head.state === 'ended' || head.startedAtMs > Date.parse(gap.before)) return head;
  return { ...head, state: 'ended', endedBy: 'gap' };
}

/** Whether it may still be ringing at that moment. Pure. */
export function isActive(head: InvitationHead, nowMs: number): boolean {
  return head.state === 'active' && (head.expiryTimeMs === undefined || head.expiryTimeMs + EXPIRY_GRACE_MS > nowMs);
}
