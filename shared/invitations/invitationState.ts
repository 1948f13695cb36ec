import type { InvitationData } from './invitationData';

/** States after which nothing more can be done to an invitation (UCWA 2.0, enumeration InvitationState). */
export const finalStates: ReadonlySet<string> = new Set(['connected', 'forwarded', 'cancelled', 'declined', 'failed']);

/** Whether the invitation is over: it was completed, or its state is final. */
export function hasEnded({ event, state }: Pick<InvitationData, 'event' | 'state'>): boolean {
  return event === 'completed' || (state !== undefined && finalStates.has(state));
}

/** Whether the call may be ringing at the user: incoming, not over, and UCWA still offers to answer or to refuse it. */
export function mayRing(data: Pick<InvitationData, 'event' | 'state' | 'direction' | 'actions'>): boolean {
  return data.direction === 'incoming' && !hasEnded(data) && data.actions.some((action) => action !== 'cancel');
}
