import type { InvitationEnd } from '../../../shared/invitations/outcome';

/** An end of a call as UCWA tells it, and the story behind. */
export interface OutcomeExample {
  readonly title: string;
  readonly story: string;
  readonly end: InvitationEnd;
}

const chief = { uri: 'sip:chief@contoso.com', name: 'Carla Chief' };
const delegate = 'sip:assistant@contoso.com';
const member = 'sip:reception@contoso.com';
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
    title: 'A delegate: the chief takes the call',
    story:
      'The relay watches the assistant, whose phone rings because the chief’s does. The chief takes it. `acceptedBy` names someone who is not this account’s user: another person answered.',
    end: { account: delegate, ...takenElsewhere, onBehalfOf: chief, acceptedBy: [chief] },
  },
  {
    title: 'A delegate: nobody is named',
    story:
      'The same, but Skype for Business does not say who took it. It may have been the chief, another delegate, or this user’s desk phone: the relay does not guess.',
    end: { account: delegate, ...takenElsewhere, onBehalfOf: chief },
  },
  {
    title: 'A team call: a colleague takes it',
    story: 'A team-call group rings all its members. A colleague is faster.',
    end: {
      account: member,
      ...takenElsewhere,
      state: 'teamRing',
      acceptedBy: [{ uri: 'sip:bob@contoso.com', name: 'Bob' }],
    },
  },
  {
    title: 'A team call: nobody is named',
    story: 'Someone of the team has it. That it was one of this user’s own endpoints would be a guess.',
    end: { account: member, ...takenElsewhere, state: 'teamRing' },
  },
  {
    title: 'Voice mail takes the call',
    story:
      'Nobody answers, and the server sends the caller on to voice mail. The call was answered, by a machine: whoever counts missed calls looks at `answeredBy`.',
    end: {
      account: member,
      status: 'Failure',
      state: 'forwarded',
      code: 'Informational',
      subcode: 'Redirected',
      direction: 'incoming',
      acceptedBy: [{ uri: `${member};opaque=app:voicemail` }],
    },
  },
  {
    title: 'No voice mail: the caller gives up',
    story: 'For the caller the call is cancelled; for the one who was called it is a missed call.',
    end: {
      account: member,
      status: 'Failure',
      state: 'cancelled',
      code: 'RemoteFailure',
      subcode: 'Canceled',
      direction: 'incoming',
    },
  },
];
