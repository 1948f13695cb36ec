import type { Kind } from '../../../../shared/invitations/kinds';
import { APPLICATION, applicationOf } from '../applications/applicationRoutes';
import type { Hal } from '../http/hal';
import { refusal, resource, type Reply } from '../http/reply';
import type { Route, RoutedExchange } from '../http/route';
import type { UcwaSimulator } from '../ucwaSimulator';
import { actOn } from './actOn';
import type { Invitation } from './call';
import { invitationResource } from './invitationResource';
import { modalityRoutes } from './modalityRoutes';
import { conversationResource, modalityResource } from './modalityResource';
import { COMMUNICATION, CONVERSATION } from './paths';
import { contactResource, participantResource } from './people';
import { startCall } from './startCall';

const INVITATION = `(?<invitation>${COMMUNICATION}/(?:audioVideo|phoneAudio|onlineMeeting)Invitations/\\w+)`;

const notFound = (what: string): Reply => refusal(404, undefined, `${what} does not exist.`);

/** A GET of something that belongs to an application. */
const reading = (
  path: string,
  read: (simulator: UcwaSimulator, exchange: RoutedExchange) => Hal | undefined,
  scope: Route['scope'] = 'resource',
): Route => ({
  method: 'GET',
  path: new RegExp(`^${path}$`),
  scope,
  answer(simulator, exchange) {
    const application = applicationOf(simulator, exchange);
    if ('refusal' in application) return application.refusal;
    const found = read(simulator, exchange);
    return found === undefined ? notFound('The resource') : resource(found);
  },
});

const inConversation = (
  suffix: string,
  read: (invitation: Invitation, exchange: RoutedExchange) => Hal | undefined,
  scope?: Route['scope'],
): Route =>
  reading(
    `${CONVERSATION}${suffix}`,
    (simulator, exchange) => {
      const invitation = simulator.calls.conversationAt(exchange.params['conversation'] ?? '');
      return invitation === undefined ? undefined : read(invitation, exchange);
    },
    scope,
  );

/** The user's own call. */
const starting = (kind: Kind, action: string): Route => ({
  method: 'POST',
  path: new RegExp(`^${COMMUNICATION}/${kind}Invitations$`),
  scope: 'action',
  ledger: 'commands',
  action,
  answer(simulator, exchange) {
    const application = applicationOf(simulator, exchange);
    return 'refusal' in application ? application.refusal : startCall(simulator, application, kind, exchange);
  },
});

/** Invitations, the conversations that they lead into, people, and the actions on them. */
export const callRoutes: readonly Route[] = [
  reading(INVITATION, (simulator, { params }) => {
    const invitation = simulator.calls.invitationAt(params['invitation'] ?? '');
    return invitation === undefined ? undefined : invitationResource(invitation);
  }),
  reading(`${COMMUNICATION}/conversations`, ({ calls }, { params: { application = '' } }) => ({
    _links: { conversation: calls.conversationsOf(application).map((href) => ({ href })) },
    rel: 'conversations',
  })),
  inConversation('', conversationResource),
  inConversation('/(?:audioVideo|phoneAudio)', modalityResource),
  inConversation('/participants', (invitation) => ({
    _links: { self: { href: `${invitation.conversationPath}/participants` } },
    _embedded: {
      participant: [invitation.application.account, invitation.call.otherUri].map((uri) =>
        participant(invitation, uri),
      ),
    },
    rel: 'participants',
  })),
  inConversation('/participants/(?<participant>[^/]+)', participantAt, 'people'),
  reading(
    `${APPLICATION}/people/(?<person>(?:tel:)?[^/]*[@+\\d][^/]*)`,
    (simulator, exchange) => {
      const application = applicationOf(simulator, exchange);
      return 'refusal' in application ? undefined : contactResource(application, exchange.params['person'] ?? '');
    },
    'people',
  ),
  {
    method: 'POST',
    path: new RegExp(`^${INVITATION}/(?<action>\\w+)$`),
    scope: 'action',
    ledger: 'commands',
    answer(simulator, exchange) {
      const application = applicationOf(simulator, exchange);
      const { invitation = '', action = '' } = exchange.params;
      return 'refusal' in application ? application.refusal : actOn(simulator, invitation, action, exchange);
    },
  },
  ...modalityRoutes,
  starting('audioVideo', 'startAudioVideo'),
  starting('phoneAudio', 'startPhoneAudio'),
];

const participant = (invitation: Invitation, uri: string): Hal =>
  participantResource(invitation, uri, uri === invitation.call.otherUri ? invitation.call.plan.name : undefined);

function participantAt(invitation: Invitation, { params }: RoutedExchange): Hal | undefined {
  const uri = [invitation.application.account, invitation.call.otherUri].find(
    (known) => known.replace(/^sip:/, '') === params['participant'],
  );
  return uri === undefined ? undefined : participant(invitation, uri);
}
