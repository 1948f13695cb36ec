import type { ErrorCode } from '../../../errors/errorTable';
import type { CommandName } from '../../../invitations/commands/command';
import { listQuerySchema } from '../../invitationEndpoints';
import { commandAnswers, invitationAnswers, requestExamples } from '../examples/httpExamples';
import { timelineAnswer } from '../examples/timelineExample';
import type { Body, Route } from './route';
import { timelineQuerySchema } from '../timelineAnswers';

/** What any request to Skype for Business can end in. */
const upstream: readonly ErrorCode[] = [
  ...([
    'upstreamFailed',
    'upstreamRefused',
    'upstreamTimeout',
    'credentialsRejected',
    'noUsableGrant',
    'hostNotAllowed',
    'accountRefused',
    'accountMoved',
    'signInDeferred',
  ] as const),
  ...(['ticketExpired', 'applicationGone', 'poolMoved', 'responseUnreadable'] as const),
];

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
  ...upstream,
];

const waiting =
  'With `Prefer: wait=N` the answer waits up to N seconds, 60 at most, for the outcome. The first command to ' +
  'reach an invitation wins; the same caller’s same command is answered as before.';

/** `/invitations` and what is under it. */
export function invitationRoutes(): readonly Route[] {
  const { ringing, page, offer } = invitationAnswers();

  const command = (name: CommandName, texts: Pick<Route, 'summary' | 'description'>, body: Body): Route => {
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
  };

  return [
    {
      method: 'get',
      path: '/invitations',
      operationId: 'listInvitations',
      tag: 'Invitations',
      summary: 'List invitations',
      description:
        'The newest first: of one account by the time at which they began, of all by their newest event. ' +
        '`state=active` reads what was heard of in the last ten minutes.',
      role: 'Invitations.Read',
      query: listQuerySchema,
      answers: { 200: { description: 'One page', schema: 'InvitationPage', examples: { missedCall: page } } },
      errors: ['requestInvalid', 'storageUnavailable'],
    },
    {
      method: 'get',
      path: '/invitations/{id}',
      operationId: 'getInvitation',
      tag: 'Invitations',
      summary: 'Read one invitation with its history',
      role: 'Invitations.Read',
      answers: {
        200: {
          description: 'The latest snapshot and every event',
          schema: 'InvitationWithHistory',
          examples: { ringing },
        },
      },
      errors: ['invitationNotFound', 'storageUnavailable'],
    },
    {
      method: 'get',
      path: '/invitations/{id}/timeline',
      operationId: 'getInvitationTimeline',
      tag: 'Invitations',
      summary: 'Read what happened to one invitation',
      description:
        'Its events with their times on the way, what became of each with every webhook subscriber, the commands ' +
        'with their callers, the gaps of the channel, and the outcome. A page holds at most 1,000 records and 1 MiB.',
      role: 'Invitations.Read',
      query: timelineQuerySchema,
      answers: {
        200: { description: 'One page', schema: 'Timeline', examples: { missedCall: timelineAnswer() } },
      },
      errors: ['requestInvalid', 'invitationNotFound', 'storageUnavailable'],
    },
    {
      method: 'get',
      path: '/invitations/{id}/offer',
      operationId: 'getOffer',
      tag: 'Invitations',
      summary: 'Read the media offer of a ringing call',
      description: 'Live from Skype for Business; the relay keeps no SDP.',
      role: 'Invitations.Command',
      answers: {
        200: {
          description: 'The offers and what an answer must name',
          schema: 'LiveOffer',
          examples: { audio: offer },
        },
      },
      errors: ['invitationNotFound', 'invitationEnded', 'actionNotAvailable', ...upstream],
    },
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
      { schema: 'Cancel', examples: requestExamples.cancel },
    ),
  ];
}
