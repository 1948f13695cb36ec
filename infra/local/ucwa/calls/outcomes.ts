import type { EventReason } from '../channel/channelEvent';

/** How an invitation ends: its last state, and what `completed` says. */
export type Outcome =
  | { readonly status: 'Success'; readonly state: 'Connected' }
  | { readonly status: 'Failure'; readonly state: 'Failed' | 'Cancelled' | 'Forwarded'; readonly reason: EventReason };

const failure = (
  state: 'Failed' | 'Cancelled' | 'Forwarded',
  code: string,
  subcode: string,
  message: string,
): Outcome => ({
  status: 'Failure',
  state,
  reason: { code, subcode, message },
});

/** The endings that the simulator knows. A refused call ends in Failed, not Declined: that is what servers were seen to send. */
export const outcomes = {
  connected: { status: 'Success', state: 'Connected' },
  declined: failure('Failed', 'LocalFailure', 'Declined', 'The invitation was declined.'),
  declinedByCallee: failure('Failed', 'RemoteFailure', 'Declined', 'The other party declined the invitation.'),
  missed: failure('Failed', 'RemoteFailure', 'Missed', 'Nobody answered the invitation.'),
  givenUpByCaller: failure(
    'Cancelled',
    'RemoteFailure',
    'Canceled',
    'The caller hung up before the invitation was answered.',
  ),
  cancelled: failure('Cancelled', 'LocalFailure', 'Canceled', 'The invitation was cancelled.'),
  answeredElsewhere: failure(
    'Failed',
    'RemoteFailure',
    'ConnectedElsewhere',
    'The invitation was accepted at another endpoint.',
  ),
  forwarded: failure('Forwarded', 'LocalFailure', 'Forwarded', 'The invitation was forwarded.'),
  unanswered: failure('Failed', 'RemoteFailure', 'Timeout', 'The other party did not answer.'),
} as const satisfies Record<string, Outcome>;
