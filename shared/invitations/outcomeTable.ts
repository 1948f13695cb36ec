import type { Outcome } from './invitationData';

/** What a row looks at: every member that is there must match (without case). */
export interface OutcomeCondition {
  readonly status?: 'Success' | 'Failure';
  readonly state?: string;
  readonly code?: readonly string[];
  readonly subcode?: readonly string[];
  readonly direction?: 'incoming' | 'outgoing';
}

export interface OutcomeRow {
  readonly when: OutcomeCondition;
  readonly then: Pick<Outcome, 'result' | 'answered' | 'answeredBy' | 'scope'>;
  readonly means: string;
}

const incoming = 'incoming';
const outgoing = 'outgoing';

/**
 * The one normative table of how an invitation ended: rows are tried from the top, the first that matches counts. The
 * events, the documentation and the tests are all made from it. (Over 200 lines: it is data.)
 *
 * - `answered`: whether anyone, a person or voice mail, had taken the call when the invitation ended. Absent where UCWA
 *   does not tell.
 * - `scope`: whether the ringing ended at this endpoint only (others of the user may ring on) or at all of the user's
 *   endpoints. Absent where UCWA does not tell; so for a refusal, whose reason (Local, Global) it does not repeat.
 *
 * A subcode says more than the state (a refused call was seen with the state Failed and the subcode Declined), and a
 * final state more than the status. The code Informational is no result: Missed, ConnectedElsewhere, Canceled, Redirected,
 * AutoAccepted, MediaFallback and DerivedConversation come under it, also on invitations that failed. Source: UCWA 2.0,
 * messagingInvitation and phoneAudioInvitation, "Asynchronous reason codes" (pages before 2016-09); ErrorSubcode.
 */
export const outcomeTable: readonly OutcomeRow[] = [
  // Taken, but not through this endpoint: that is told only by the subcode, also where the call is connected.
  {
    when: { subcode: ['ConnectedElsewhere'], direction: incoming },
    then: { result: 'answeredElsewhere', answered: true, answeredBy: 'otherEndpoint', scope: 'allEndpoints' },
    means: 'Another endpoint of the user took the call.',
  },
  {
    when: { subcode: ['ConnectedElsewhere'] },
    then: { result: 'answeredElsewhere', answered: true, answeredBy: 'unknown' },
    means: 'The call was taken at another place.',
  },
  {
    when: { subcode: ['RepliedWithOtherModality'], direction: incoming },
    then: { result: 'answeredElsewhere', answeredBy: 'otherEndpoint', scope: 'allEndpoints' },
    means: 'The user replied in another way, such as a message.',
  },
  {
    when: { subcode: ['RepliedWithOtherModality'] },
    then: { result: 'answeredElsewhere', answeredBy: 'otherPerson' },
    means: 'The called user replied in another way, such as a message.',
  },
  {
    when: { subcode: ['AutoAccepted'] },
    then: { result: 'answered', answered: true, answeredBy: 'unknown' },
    means: 'Accepted by the server on the user’s behalf.',
  },

  // Connected. Such a call is no failure, whatever else an Informational reason says beside it.
  {
    when: { status: 'Success', state: 'connected', direction: incoming },
    then: { result: 'answered', answered: true, answeredBy: 'relay', scope: 'allEndpoints' },
    means: 'Accepted through this endpoint.',
  },
  {
    when: { status: 'Success', state: 'connected', direction: outgoing },
    then: { result: 'answered', answered: true, answeredBy: 'otherPerson' },
    means: 'The called side answered.',
  },
  {
    when: { status: 'Success', state: 'connected' },
    then: { result: 'answered', answered: true, answeredBy: 'unknown' },
    means: 'Answered.',
  },

  // Withdrawn. When the caller gives up, that is a missed call for the one who was called.
  {
    when: { code: ['LocalFailure'], subcode: ['Canceled'] },
    then: { result: 'cancelled', answered: false },
    means: 'Withdrawn by the user of this account.',
  },
  {
    when: { subcode: ['Canceled'], direction: incoming },
    then: { result: 'missed', answered: false, scope: 'allEndpoints' },
    means: 'The caller gave up before anyone answered.',
  },
  {
    when: { subcode: ['Canceled'] },
    then: { result: 'cancelled', answered: false },
    means: 'Withdrawn before anyone answered.',
  },
  {
    when: { subcode: ['Missed'], direction: incoming },
    then: { result: 'missed', answered: false, scope: 'allEndpoints' },
    means: 'Nobody answered before the caller gave up.',
  },
  { when: { subcode: ['Missed'] }, then: { result: 'missed', answered: false }, means: 'Nobody answered.' },

  // Refused.
  { when: { subcode: ['Declined'] }, then: { result: 'declined', answered: false }, means: 'Refused by a person.' },
  {
    when: { subcode: ['Busy', 'DoNotDisturb'] },
    then: { result: 'busy', answered: false },
    means: 'In another call, or not to be disturbed.',
  },
  {
    when: { subcode: ['NotAcceptable'] },
    then: { result: 'declined', answered: false },
    means: 'Refused: the called client cannot take the call now.',
  },

  // Rerouted. Whether the new target answered is told only by acceptedBy.
  {
    when: { subcode: ['Forwarded', 'Redirected', 'DerivedConversation'] },
    then: { result: 'forwarded' },
    means: 'Went on to another target or conversation.',
  },
  {
    when: { subcode: ['MediaFallback'] },
    then: { result: 'forwarded' },
    means: 'Goes on as a call over the telephone network.',
  },
  {
    when: { subcode: ['Transferred', 'Replaced'] },
    then: { result: 'transferred' },
    means: 'Transferred, or replaced by another invitation.',
  },

  // Nobody there. A time-out of the service itself is a failure, not a missed call.
  {
    when: { code: ['ServiceFailure'], subcode: ['Timeout'] },
    then: { result: 'failed' },
    means: 'The server did not finish in time.',
  },
  {
    when: { subcode: ['Timeout', 'Expired'], direction: incoming },
    then: { result: 'missed', answered: false, scope: 'thisEndpoint' },
    means: 'Rang out at this endpoint; the server may try others, or voice mail.',
  },
  {
    when: { subcode: ['Timeout', 'Expired'] },
    then: { result: 'missed', answered: false },
    means: 'Nobody answered in time.',
  },
  {
    when: {
      subcode: [
        'Unreachable',
        'DestinationNotFound',
        'PstnCallFailed',
        'TemporarilyUnavailable',
        'Unavailable',
        'NormalizationFailed',
        'PhoneNumberConflict',
        'ThreadIdAlreadyExists',
        'TooManyParticipants',
      ],
    },
    then: { result: 'failed', answered: false },
    means: 'The called side could not be reached.',
  },
  {
    when: { subcode: ['NotAllowed', 'FederationRequired', 'DialoutNotAllowed', 'AnonymousNotAllowed', 'InviteesOnly'] },
    then: { result: 'failed', answered: false },
    means: 'A policy forbids the call.',
  },

  // Media. The call may have been answered just before; UCWA does not tell.
  {
    when: {
      subcode: [
        ...[
          'MediaFailure',
          'MediaNegotiationFailure',
          'MediaNegotiationTimeOut',
          'InvalidMediaDescription',
          'UnsupportedMediaType',
          'ModalityNotSupported',
        ],
        ...[
          'InsufficientBandwidth',
          'IPv6NotSupported',
          'MediaEncryptionMismatch',
          'MediaEncryptionNotSupported',
          'MediaEncryptionRequired',
        ],
      ],
    },
    then: { result: 'failed' },
    means: 'Audio or video could not be set up.',
  },

  // Over, by other means than hanging up.
  {
    when: { subcode: ['Ended', 'Ejected', 'Removed', 'CallTerminated'] },
    then: { result: 'cancelled' },
    means: 'The conversation ended while the invitation was open.',
  },

  // No subcode, or one that is not known: a final state tells.
  { when: { state: 'declined' }, then: { result: 'declined', answered: false }, means: 'Refused.' },
  {
    when: { state: 'cancelled', direction: incoming },
    then: { result: 'missed', answered: false, scope: 'allEndpoints' },
    means: 'The caller gave up before anyone answered.',
  },
  {
    when: { state: 'cancelled' },
    then: { result: 'cancelled', answered: false },
    means: 'Withdrawn before anyone answered.',
  },
  { when: { state: 'forwarded' }, then: { result: 'forwarded' }, means: 'Went on to another target.' },
  { when: { state: 'failed' }, then: { result: 'failed' }, means: 'Failed; UCWA gives no reason that is known.' },

  // No final state: the status tells, then the state Connected alone, then the code.
  { when: { status: 'Failure' }, then: { result: 'failed' }, means: 'Failed; UCWA gives no reason that is known.' },
  {
    when: { status: 'Success', direction: incoming },
    then: { result: 'answered', answered: true, answeredBy: 'relay', scope: 'allEndpoints' },
    means: 'Accepted through this endpoint.',
  },
  {
    when: { status: 'Success', direction: outgoing },
    then: { result: 'answered', answered: true, answeredBy: 'otherPerson' },
    means: 'The called side answered.',
  },
  {
    when: { status: 'Success' },
    then: { result: 'answered', answered: true, answeredBy: 'unknown' },
    means: 'Answered.',
  },
  {
    when: { state: 'connected' },
    then: { result: 'answered', answered: true, answeredBy: 'unknown' },
    means: 'Answered; UCWA gives no status.',
  },
  {
    when: {
      code: [
        'LocalFailure',
        'RemoteFailure',
        'ServiceFailure',
        'Timeout',
        'BadRequest',
        'Forbidden',
        'NotFound',
        'Conflict',
        'Gone',
        'EntityTooLarge',
        'UnsupportedMediaType',
      ],
    },
    then: { result: 'failed' },
    means: 'Failed; UCWA gives no reason that is known.',
  },
];
