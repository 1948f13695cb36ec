import { callListQuerySchema } from '../../connector/connectorSchemas';
import { connectorAnswers, requestExamples } from '../examples/httpExamples';
import type { Route } from './route';

/** `/connector`: the thin paths behind the Power Automate connector, which uses the commands of `/invitations` as they are. */
export function connectorRoutes(): readonly Route[] {
  const { subscribed, accounts, call, calls } = connectorAnswers();
  const common = { tag: 'Connector', role: 'Invitations.Read' } as const;
  return [
    {
      ...common,
      method: 'post',
      path: '/connector/triggers/{trigger}',
      operationId: 'createCallTrigger',
      summary: 'Start a flow with a call',
      description:
        'A webhook subscription in the format `flat`, without a handshake: `ringing` and `missed` of incoming ' +
        'calls, `ended` of all. `Location` removes it and needs no key.',
      role: 'Subscriptions.Manage',
      body: { schema: 'CallTrigger', examples: requestExamples.createCallTrigger },
      answers: {
        201: {
          description: 'The flow is started from now on',
          schema: 'Subscribed',
          examples: { subscribed },
          headers: ['Location'],
        },
      },
      errors: ['requestInvalid', 'notFound', 'storageUnavailable'],
    },
    {
      ...common,
      method: 'get',
      path: '/connector/calls',
      operationId: 'listCalls',
      summary: 'List calls, flat',
      query: callListQuerySchema,
      allowsBlanks: true,
      answers: { 200: { description: 'One page of calls', schema: 'CallList', examples: { missedCall: calls } } },
      errors: ['requestInvalid', 'storageUnavailable'],
    },
    {
      ...common,
      method: 'get',
      path: '/connector/calls/{id}',
      operationId: 'getCall',
      summary: 'Read one call, flat',
      answers: { 200: { description: 'The call as it stands now', schema: 'Call', examples: { ringing: call } } },
      errors: ['invitationNotFound', 'storageUnavailable'],
    },
    {
      ...common,
      method: 'get',
      path: '/connector/accounts',
      operationId: 'listCallAccounts',
      summary: 'List the accounts that the relay listens for',
      answers: { 200: { description: 'All of them', schema: 'CallAccounts', examples: { one: accounts } } },
    },
  ];
}
