import type { StackFacts } from '../../local/start/stackFile';

/** A command to paste into a shell, and what it does. */
export interface AnswerCommand {
  readonly title: string;
  readonly command: string;
}

export interface RungInvitation {
  readonly id: string;
  readonly outgoing: boolean;
  /** Whether it rings at a phone only, where there is no SDP to answer with. */
  readonly phoneOnly: boolean;
  /** Whether it is a conference call, which can only be declined. */
  readonly meeting?: boolean;
}

/** The smallest answer that is one (RFC 8866 §5): audio, inactive. A real one comes from a media stack. */
const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 9 RTP/AVP 0',
  'a=inactive',
  '',
].join('\r\n');

/** What can be done with the invitation while it rings, as curl commands with the functions key in them. */
export function answerCommands(
  invitation: RungInvitation,
  stack: Pick<StackFacts, 'functionsUrl' | 'functionsKey'>,
): AnswerCommand[] {
  const post = (title: string, action: string, body?: Readonly<Record<string, string>>): AnswerCommand => ({
    title,
    command: [
      `curl -i -X POST '${stack.functionsUrl}/api/invitations/${invitation.id}/${action}'`,
      `-H 'x-functions-key: ${stack.functionsKey}'`,
      ...(body === undefined ? [] : [`-H 'content-type: application/json'`, `-d '${JSON.stringify(body)}'`]),
    ].join(' \\\n    '),
  });
  if (invitation.outgoing) return [post('Cancel', 'cancel'), post('Hang up', 'hangup')];
  const decline = post('Decline', 'decline', { reason: 'Global' });
  if (invitation.meeting === true) return [decline];
  return [
    post('Accept on the phone', 'accept', { with: 'phoneAudio' }),
    ...(invitation.phoneOnly ? [] : [post('Accept with an SDP answer', 'accept', { with: 'answer', sdp: SDP })]),
    decline,
  ];
}
