import type { InvitationEnd } from '../../shared/invitations/outcome';

/** An end of a call as UCWA tells it, and the story behind. */
export interface OutcomeExample {
  readonly title: string;
  readonly story: string;
  readonly end: InvitationEnd;
}

const chief = { uri: 'sip:chief@contoso.com', name: 'Carla Chief' };
const delegate = 'sip:assistant@contoso.com';
const user = 'sip:reception@contoso.com';
const takenElsewhere = {
  status: 'Failure',
  state: 'failed',
  code: 'Informational',
  subcode: 'ConnectedElsewhere',
  direction: 'incoming',
} as const;

/** The cases that people get wrong, worked through. The results in the documentation are computed from these. */
export const outcomeExamples: readonly OutcomeExample[] = [
  {
    title: 'The user takes the call at the desk phone',
    story: 'The caller called this user, and another endpoint of the user was faster than the relay.',
    end: { account: user, ...takenElsewhere, route: 'direct' },
  },
  {
    title: 'On behalf of somebody else: a person is named',
    story:
      'The invitation has `onBehalfOf`. `acceptedBy` names someone who is not this account’s user: another person answered.',
    end: { account: delegate, ...takenElsewhere, route: 'delegate', acceptedBy: [chief] },
  },
  {
    title: 'On behalf of somebody else: nobody is named',
    story:
      'The same, but Skype for Business does not say who took it. It may have been the other person or another ' +
      'endpoint of this user: the relay does not guess.',
    end: { account: delegate, ...takenElsewhere, route: 'delegate' },
  },
  {
    title: 'A call that was for somebody else',
    story:
      '`to` is not this account and no link tells why the call rings here. That one of this user’s own endpoints took it would be a guess.',
    end: { account: user, ...takenElsewhere, route: 'unknown' },
  },
  {
    title: 'Voice mail takes the call',
    story:
      'Nobody answers, and the server sends the caller on to voice mail. The call was answered, by a machine: to ' +
      'count missed calls, look at `answeredBy`.',
    end: {
      account: user,
      status: 'Failure',
      state: 'failed',
      code: 'Informational',
      subcode: 'Redirected',
      direction: 'incoming',
      route: 'direct',
      acceptedBy: [{ uri: `${user};opaque=app:voicemail` }],
    },
  },
  {
    title: 'No voice mail: the caller gives up',
    story: 'For the caller the call is cancelled; for the one who was called it is a missed call.',
    end: {
      account: user,
      status: 'Failure',
      state: 'failed',
      code: 'Informational',
      subcode: 'Canceled',
      direction: 'incoming',
      route: 'direct',
    },
  },
];
