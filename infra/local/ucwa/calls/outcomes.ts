import type { EventReason } from '../channel/channelEvent';

/** How an invitation ends: its last state, and what `completed` says. */
export type Outcome =
  | { readonly status: 'Success'; readonly state: 'Connected' }
  | { readonly status: 'Failure'; readonly state: 'Failed' | 'Cancelled'; readonly reason: EventReason };

const failure = (state: 'Failed' | 'Cancelled', code: string, subcode: string, message: string): Outcome => ({
  status: 'Failure',
  state,
  reason: { code, subcode, message },
});

/**
 * The endings that the simulator knows. A refused call ends in Failed, not Declined: that is what servers were seen to send.
 * Missed, Canceled by the caller, ConnectedElsewhere and Redirected are Informational, though the status is Failure (UCWA
 * 2.0, messagingInvitation and phoneAudioInvitation, reason codes of `completed`).
 */
export const outcomes = {
  connected: { status: 'Success', state: 'Connected' },
  declined: failure('Failed', 'LocalFailure', 'Declined', 'The invitation was declined.'),
  declinedByCallee: failure('Failed', 'RemoteFailure', 'Declined', 'The other party declined the invitation.'),
  missed: failure('Failed', 'Informational', 'Missed', 'Nobody answered the invitation.'),
  givenUpByCaller: failure(
    'Cancelled',
    'Informational',
    'Canceled',
    'The caller hung up before the invitation was answered.',
  ),
  cancelled: failure('Cancelled', 'LocalFailure', 'Canceled', 'The invitation was cancelled.'),
  answeredElsewhere: failure(
    'Failed',
    'Informational',
    'ConnectedElsewhere',
    'The invitation was accepted at another endpoint.',
  ),
  forwarded: failure('Failed', 'Informational', 'Redirected', 'The invitation was redirected.'),
  unanswered: failure('Failed', 'RemoteFailure', 'Timeout', 'The other party did not answer.'),
  busy: failure('Failed', 'RemoteFailure', 'Busy', 'The other party is busy.'),
  ownPhoneFailed: failure('Failed', 'LocalFailure', 'PstnCallFailed', 'The user’s own phone could not be reached.'),
  ownPhoneUnanswered: failure('Failed', 'LocalFailure', 'Timeout', 'The user’s own phone was not answered.'),
} as const satisfies Record<string, Outcome>;

/** By what becomes of an outgoing call at the user's own phone. */
export const ownPhoneOutcomes = { fails: outcomes.ownPhoneFailed, noAnswer: outcomes.ownPhoneUnanswered } as const;

/** By what the called side does with an outgoing call, unless it answers. */
export const calleeOutcomes = { declines: outcomes.declinedByCallee, busy: outcomes.busy } as const;
