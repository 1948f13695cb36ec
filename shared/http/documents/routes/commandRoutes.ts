import type { ErrorCode } from '../../../errors/errorTable';
import type { CommandName } from '../../../invitations/commands/command';
import { commandAnswers, contextAnswer, requestExamples } from '../examples/httpExamples';
import type { Body, Route } from './route';
import { upstreamErrors } from './upstreamErrors';

const commandErrors: readonly ErrorCode[] = [
  ...([
    'requestInvalid',
    'invitationNotFound',
    'alreadyClaimed',
    'resolvedElsewhere',
    'commandInFlight',
    'invitationEnded',
  ] as const),
  ...(['actionNotAvailable', 'idempotencyKeyReused', 'storageUnavailable'] as const),
  ...upstreamErrors,
];

const empty = { schema: 'Empty', examples: requestExamples.empty } as const;

const waiting =
  'With `Prefer: wait=N` the answer waits up to N seconds, 60 at most, for the outcome. The first command to ' +
  'reach an invitation wins; the same caller’s same command is answered as before.';

/** What is done with one invitation. */
export function commandRoutes(): readonly Route[] {
  return [
    command(
      'accept',
      {
        summary: 'Accept a call',
        description: `\`{}\` and \`phoneAudio\` send it to the user’s phone; \`answer\` takes it with an SDP of at most 64 KiB. ${waiting}`,
      },
      { schema: 'Accept', examples: requestExamples.accept },
    ),
    command(
      'decline',
      {
        summary: 'Decline a call',
        description:
          `\`Global\`, the default, ends the ringing on every phone of the user; \`Local\` only at ` +
          `the relay’s endpoint. ${waiting}`,
      },
      { schema: 'Decline', examples: requestExamples.decline },
    ),
    command(
      'cancel',
      {
        summary: 'Cancel an outgoing call',
        description: `For a call that this account makes and that still rings. ${waiting}`,
      },
      empty,
    ),
    command(
      'hangup',
      {
        summary: 'Hang up a call',
        description:
          'A call that is connected, or that this account makes: by the stop link of its audio, else by deleting its conversation. ' +
          'The end comes with `ucwa.call.ended`.',
      },
      empty,
    ),
    command(
      'hold',
      {
        summary: 'Hold a call',
        description:
          'Where Skype for Business links it; users of Call via Work may never have it. Nothing tells that a call is held but ' +
          'that `resume` can be sent.',
      },
      empty,
    ),
    command('resume', { summary: 'Resume a held call', description: 'Where Skype for Business links it.' }, empty),
    startRoute(),
    contextRoute(),
  ];
}

function startRoute(): Route {
  const { sent, outcome } = commandAnswers('start');
  const headers = ['PreferenceApplied', 'IdempotencyReplayed'] as const;
  return {
    method: 'post',
    path: '/invitations',
    operationId: 'startInvitation',
    tag: 'Invitations',
    summary: 'Start a call',
    description:
      'Rings the phone of the account’s user first, then that of the callee. The same caller’s same `Idempotency-Key` is one call, ' +
      'whatever happens in between. Emergency numbers are refused. With `Prefer: wait=N` the answer waits up to N seconds, 60 at ' +
      'most, for the outcome.',
    role: 'Invitations.Command',
    headers: ['Prefer', 'IdempotencyKey', 'TraceParent'],
    body: { schema: 'Start', examples: requestExamples.start },
    answers: {
      200: {
        description: 'The call was started, and this is how it went on',
        schema: 'CommandSent',
        examples: { outcome },
        headers,
      },
      202: { description: 'The call was started', schema: 'CommandSent', examples: { sent }, headers },
    },
    errors: [
      ...(['requestInvalid', 'emergencyCallRefused', 'actionNotAvailable', 'commandInFlight'] as const),
      ...(['idempotencyKeyReused', 'startUnconfirmed', 'storageUnavailable'] as const),
      ...upstreamErrors,
    ],
  };
}

function contextRoute(): Route {
  return {
    method: 'put',
    path: '/invitations/{id}/context',
    operationId: 'putInvitationContext',
    tag: 'Invitations',
    summary: 'Attach what you know to a call',
    description:
      'Any JSON object of at most 4 KB, in place of what was attached before; `{}` takes it away. It is published as ' +
      '`ucwa.call.context`; webhooks, cards, lists and the timeline carry it in `context` from then on.',
    role: 'Invitations.Command',
    body: { schema: 'Context', examples: requestExamples.context },
    answers: {
      200: { description: 'It is attached', schema: 'AttachedContext', examples: { attached: contextAnswer() } },
    },
    errors: ['requestInvalid', 'invitationNotFound', 'contextTooLarge', 'busUnavailable', 'storageUnavailable'],
  };
}

function command(name: CommandName, texts: Pick<Route, 'summary' | 'description'>, body: Body): Route {
  const { sent, outcome } = commandAnswers(name);
  const headers = ['PreferenceApplied', 'IdempotencyReplayed'] as const;
  return {
    method: 'post',
    path: `/invitations/{id}/${name}`,
    operationId: `${name}Invitation`,
    tag: 'Invitations',
    ...texts,
    role: 'Invitations.Command',
    headers: ['Prefer', 'IdempotencyKey', 'TraceParent'],
    body,
    answers: {
      200: {
        description: 'Skype for Business has the command, and this is how the call went on',
        schema: 'CommandSent',
        examples: { outcome },
        headers,
      },
      202: {
        description: 'Skype for Business has the command; the outcome comes with the completed event',
        schema: 'CommandSent',
        examples: { sent },
        headers,
      },
    },
    errors: commandErrors,
  };
}
