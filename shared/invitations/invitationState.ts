import type { InvitationData } from './invitationData';

/**
 * States after which nothing more can be done to an invitation (UCWA 2.0, enumeration InvitationState). TeamRing and
 * Forwarded are not among them: an invitation passes through them on its way.
 */
export const finalStates: ReadonlySet<string> = new Set(['connected', 'cancelled', 'declined', 'failed']);

/** Whether the invitation is over: it was completed, or its state is final. */
export function hasEnded({ event, state }: Pick<InvitationData, 'event' | 'state'>): boolean {
  return event === 'completed' || (state !== undefined && finalStates.has(state));
}
