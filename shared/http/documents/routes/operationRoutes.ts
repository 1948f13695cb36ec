import { commandListQuerySchema } from '../../commands/listCommandsEndpoint';
import { settingsHealth } from '../../health/health';
import { erasureQuerySchema } from '../../peopleEndpoint';
import { commandPageExample, healthExample } from '../examples/httpExamples';
import type { Route } from './route';

const contentType = 'application/health+json';

/** Health, erasure, and the documents themselves. */
export async function operationRoutes(): Promise<readonly Route[]> {
  return [
    erasureRoute,
    commandsRoute(),
    await healthRoute(),
    livenessRoute,
    streamRoute,
    document('/openapi.json', 'getOpenApi', 'This document', 'application/json'),
    document('/asyncapi.json', 'getAsyncApi', 'The topic and the queues as AsyncAPI 3.0', 'application/json'),
    document(
      '/schemas/invitation-event.v1.json',
      'getEventSchema',
      'JSON Schema of an invitation event',
      'application/schema+json',
    ),
  ];
}

const erasureRoute: Route = {
  method: 'delete',
  path: '/people',
  operationId: 'erasePerson',
  tag: 'People',
  summary: 'Erase a person',
  description: 'Removes every record of this person from the relay’s tables and blobs. Idempotent.',
  role: 'Operations.Manage',
  query: erasureQuerySchema,
  answers: {
    200: { description: 'Nothing of this person is kept', schema: 'Erased', examples: { erased: { removed: 14 } } },
  },
  errors: ['requestInvalid', 'storageUnavailable'],
};

function commandsRoute(): Route {
  return {
    method: 'get',
    path: '/commands',
    operationId: 'listCommands',
    tag: 'Operations',
    summary: 'List commands',
    description: 'Who gave which command through either entry point, refused or not, and what came of it.',
    role: 'Operations.Manage',
    query: commandListQuerySchema,
    answers: {
      200: { description: 'One page', schema: 'CommandPage', examples: { decline: commandPageExample() } },
    },
    errors: ['requestInvalid', 'storageUnavailable'],
  };
}

async function healthRoute(): Promise<Route> {
  return {
    method: 'get',
    path: '/health',
    operationId: 'getHealth',
    tag: 'Operations',
    summary: 'How the relay is',
    description: 'draft-inadarei-api-health-check; how many accounts are in each state, and the twenty that are worst.',
    role: 'Operations.Manage',
    answers: {
      200: {
        description: 'It works (pass), or nearly (warn)',
        contentType,
        schema: 'Health',
        examples: { connected: await healthExample() },
      },
      503: {
        description: 'It does not work (fail)',
        contentType,
        schema: 'Health',
        examples: { settings: settingsHealth(['POLL_RUN_SECONDS: must be a whole number from 10 to 1500']) },
      },
    },
  };
}

const livenessRoute: Route = {
  method: 'get',
  path: '/health/live',
  operationId: 'getLiveness',
  tag: 'Operations',
  summary: 'Whether the process answers at all',
  role: 'anonymous',
  answers: {
    200: { description: 'It does', contentType, schema: 'Liveness', examples: { alive: { status: 'pass' } } },
  },
};

const streamRoute: Route = {
  method: 'get',
  path: '/stream',
  operationId: 'getStream',
  tag: 'Operations',
  summary: 'What happens, as it happens',
  description:
    'Server-sent events in finite responses: ask again as soon as one ends, with the last `id`. It ends at once when there is ' +
    'something newer, else after 20 s. First `hello` `{now, version, continued}`; then `call` (as in `GET /invitations`), ' +
    '`command`, `gap`, with `Subscriptions.Manage` `subscription`, with `Accounts.Manage` `account`; `reset` where ' +
    'the id is too old: read the lists again; `stale` `{since}` while storage cannot be read. Without an id the last three ' +
    'minutes come first. Events may be repeated: keep the greatest `sequence` of an invitation.',
  role: 'Invitations.Read',
  headers: ['LastEventId'],
  answers: {
    200: {
      description: 'Events, of which the first is `hello`',
      contentType: 'text/event-stream',
    },
  },
};

function document(path: string, operationId: string, summary: string, type: string): Route {
  return {
    method: 'get',
    path,
    operationId,
    tag: 'Documents',
    summary,
    role: 'Invitations.Read',
    answers: { 200: { description: 'The document', contentType: type } },
  };
}
