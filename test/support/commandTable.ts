import type { TestRelay } from './relay';

export const answerSdp =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0\r\n';

/** An invitation in a state, on the simulator; its id once the relay has told of it. */
export type Situation = keyof typeof situations;

const ring = async (
  relay: TestRelay,
  subject: string,
  request: Parameters<TestRelay['ucwa']['ring']>[0],
): Promise<string> => {
  relay.ucwa.ring({ subject, ...request });
  return (await relay.topic.invitationEvent({ event: 'started', subject })).subject;
};

const ended = async (
  relay: TestRelay,
  subject: string,
  request: Parameters<TestRelay['ucwa']['ring']>[0],
): Promise<string> => {
  const invitationId = await ring(relay, subject, request);
  await relay.topic.invitationEvent({ event: 'completed', invitationId });
  return invitationId;
};

export const situations = {
  'incoming, ringing': (relay: TestRelay, subject: string) => ring(relay, subject, {}),
  'incoming, without a link to the phone': (relay: TestRelay, subject: string) =>
    ring(relay, subject, { phoneAudio: false }),
  'incoming phone audio, ringing': (relay: TestRelay, subject: string) =>
    ring(relay, subject, { modalities: ['phoneAudio'] }),
  'outgoing, ringing': (relay: TestRelay, subject: string) =>
    ring(relay, subject, { scenario: 'outgoing', to: 'sip:bob@contoso.com' }),
  'answered elsewhere': (relay: TestRelay, subject: string) =>
    ended(relay, subject, { scenario: 'answeredElsewhere', afterSeconds: 0 }),
  missed: (relay: TestRelay, subject: string) => ended(relay, subject, { scenario: 'cancelled', afterSeconds: 0 }),
} as const;

const commands = {
  'accept {}': ['accept', {}],
  'accept with phoneAudio': ['accept', { with: 'phoneAudio' }],
  'accept with an answer': ['accept', { with: 'answer', sdp: answerSdp }],
  'decline {}': ['decline', {}],
  'decline Local': ['decline', { reason: 'Local' }],
  cancel: ['cancel', {}],
} as const satisfies Record<string, readonly ['accept' | 'decline' | 'cancel', object]>;

export interface CommandCase {
  readonly situation: Situation;
  readonly title: string;
  readonly command: 'accept' | 'decline' | 'cancel';
  readonly body: object;
  readonly status: number;
  /** `sent`, or the error's code. */
  readonly result: string;
  /** The action that reaches UCWA, if any may. */
  readonly action?: string;
}

/**
 * What the answer to a command that was sent says beside the command: of an SDP answer, the session context that it named; of a
 * cancel, where the invitation stood.
 */
export function namedBy({ command, body }: CommandCase): object {
  if (command === 'cancel') return { state: expect.stringMatching(/^(connecting|alerting)$/) };
  return 'with' in body && body.with === 'answer' ? { sessionContext: expect.stringMatching(/^[0-9a-f]{32}$/) } : {};
}

/** What each command does in each situation: the status, the result, and the action that reaches UCWA. */
const expected: Readonly<Record<Situation, readonly [number, string, string?][]>> = {
  'incoming, ringing': [
    [202, 'sent', 'acceptWithPhoneAudio'],
    [202, 'sent', 'acceptWithPhoneAudio'],
    [202, 'sent', 'acceptWithAnswer'],
    [202, 'sent', 'decline'],
    [202, 'sent', 'decline'],
    [422, 'actionNotAvailable'],
  ],
  'incoming, without a link to the phone': [
    [422, 'actionNotAvailable'],
    [422, 'actionNotAvailable'],
    [202, 'sent', 'acceptWithAnswer'],
    [202, 'sent', 'decline'],
    [202, 'sent', 'decline'],
    [422, 'actionNotAvailable'],
  ],
  'incoming phone audio, ringing': [
    [202, 'sent', 'accept'],
    [202, 'sent', 'accept'],
    [422, 'actionNotAvailable'],
    [202, 'sent', 'decline'],
    [202, 'sent', 'decline'],
    [422, 'actionNotAvailable'],
  ],
  'outgoing, ringing': [
    [422, 'actionNotAvailable'],
    [422, 'actionNotAvailable'],
    [422, 'actionNotAvailable'],
    [422, 'actionNotAvailable'],
    [422, 'actionNotAvailable'],
    [202, 'sent', 'cancel'],
  ],
  'answered elsewhere': Array.from({ length: 6 }, (): [number, string] => [410, 'invitationEnded']),
  missed: Array.from({ length: 6 }, (): [number, string] => [410, 'invitationEnded']),
};

export const commandTable: readonly CommandCase[] = (Object.keys(situations) as Situation[]).flatMap((situation) =>
  Object.entries(commands).map(([title, [command, body]], index) => {
    const [status, result, action] = expected[situation][index] ?? [0, 'not in the table'];
    return { situation, title, command, body, status, result, ...(action === undefined ? {} : { action }) };
  }),
);
