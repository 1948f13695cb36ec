import { z } from 'zod';
import type { readAgain } from '../channel/eventChannel';
import { pollSettings } from '../channel/pollSettings';
import type { Hal } from '../http/hal';
import { parseBody } from '../http/parseBody';
import { invalidParameter, noContent, refusal, resource, type Reply } from '../http/reply';
import type { Route, RoutedExchange } from '../http/route';
import type { UcwaSimulator } from '../ucwaSimulator';
import type { Application } from './application';
import {
  applicationResource,
  communicationResource,
  meResource,
  onlineMeetingsResource,
  peopleResource,
} from './applicationResource';
import { makeMeAvailable, makeMeAvailableNames } from './makeMeAvailable';
import { putCommunication } from './putCommunication';

export const APPLICATION = '/ucwa/oauth/v1/applications/(?<application>\\d+)';

const applicationSchema = z.object({
  userAgent: z.string().min(1).max(100),
  endpointId: z.string().min(1).max(100),
  culture: z.string().min(1).max(100),
});

/** The application a request is about, if it is there and the ticket's own; else the refusal. */
export function applicationOf(
  simulator: UcwaSimulator,
  { params, account }: RoutedExchange,
): Application | { readonly refusal: Reply } {
  const found = simulator.applications.find(params['application'] ?? '');
  if (typeof found === 'string')
    return { refusal: refusal(404, found, 'The application does not exist, or it was inactive for too long.') };
  return found.account === account
    ? found
    : { refusal: refusal(403, undefined, 'The application belongs to another user.') };
}

const reading = (suffix: string, read: (application: Application, simulator: UcwaSimulator) => Hal): Route => ({
  method: 'GET',
  path: new RegExp(`^${APPLICATION}${suffix}$`),
  scope: 'resource',
  answer(simulator, exchange) {
    const application = applicationOf(simulator, exchange);
    return 'refusal' in application ? application.refusal : resource(read(application, simulator));
  },
});

/** A request that changes the application; the ledger keeps it. */
const changing = (
  method: string,
  suffix: string,
  scope: Route['scope'],
  action: string,
  change: (simulator: UcwaSimulator, application: Application, exchange: RoutedExchange) => Reply,
): Route => ({
  method,
  path: new RegExp(`^${APPLICATION}${suffix}$`),
  scope,
  ledger: 'lifecycle',
  action,
  answer(simulator, exchange) {
    const application = applicationOf(simulator, exchange);
    return 'refusal' in application ? application.refusal : change(simulator, application, exchange);
  },
});

/** The application and what it embeds, and its event channel (UCWA 2.0, "application", "me", "communication", "events"). */
export const applicationRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: /^\/ucwa\/oauth\/v1\/applications$/,
    scope: 'applications',
    ledger: 'lifecycle',
    action: 'createApplication',
    answer: createApplication,
  },
  {
    method: 'GET',
    path: new RegExp(`^${APPLICATION}$`),
    scope: 'application',
    answer(simulator, exchange) {
      const application = applicationOf(simulator, exchange);
      return 'refusal' in application ? application.refusal : resource(describe(simulator, application));
    },
  },
  reading('/me', (application) => meResource(application)),
  reading('/people', peopleResource),
  reading('/onlineMeetings', onlineMeetingsResource),
  reading('/communication', (application, { arrangements }) =>
    communicationResource(application, arrangements.mayStartPhoneAudio(application.account)),
  ),
  changing('DELETE', '', 'application', 'deleteApplication', (simulator, application) => {
    simulator.applications.remove(application);
    return noContent;
  }),
  changing(
    'POST',
    '/me/makeMeAvailable',
    'makeMeAvailable',
    'makeMeAvailable',
    (simulator, application, { account, body, headers }) =>
      makeMeAvailable(
        application,
        parseBody(body, headers['content-type'], makeMeAvailableNames),
        () => simulator.faults.take('modalitiesForbidden', { account }) !== undefined,
      ),
  ),
  // Under the application too (MeDashboard.md).
  changing('POST', '(?:/me)?/reportMyActivity', 'activity', 'reportMyActivity', (_, { availability }) =>
    availability === undefined ? refusal(409, 'MakeMeAvailableRequired', 'Make the user available first.') : noContent,
  ),
  changing('PUT', '/communication', 'application', 'putCommunication', (_, application, { headers, body }) =>
    putCommunication(
      application,
      headers,
      parseBody(body, headers['content-type'], ['supportedModalities', 'supportedMessageFormats']),
    ),
  ),
  { method: 'GET', path: new RegExp(`^${APPLICATION}/events$`), scope: 'events', answer: poll },
];

/** The application as its user's policy lets it be seen. */
function describe({ faults, arrangements }: UcwaSimulator, application: Application): Hal {
  const { account, path } = application;
  const mayBeMade = faults.take('notToBeMadeAvailable', { account }) === undefined;
  const selfHref = faults.take('selfLinkQuery', { account }) === undefined ? path : `${path}?instanceId=1`;
  return applicationResource(application, mayBeMade, selfHref, arrangements.mayStartPhoneAudio(account));
}

function createApplication(simulator: UcwaSimulator, { account, body, headers }: RoutedExchange): Reply {
  const names = Object.keys(applicationSchema.shape);
  const parsed = applicationSchema.safeParse(parseBody(body, headers['content-type'], names));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return invalidParameter(String(issue?.path[0] ?? 'body'), issue?.code === 'too_big' ? 'TooLong' : 'Invalid');
  }
  const existing = simulator.applications.ofEndpoint(account, parsed.data.endpointId);
  if (existing !== undefined) return resource(describe(simulator, existing));
  if (simulator.applications.isFull(account))
    return refusal(409, 'TooManyApplications', 'The user has too many applications.');
  const application = simulator.createApplication(account, parsed.data);
  return { ...resource(describe(simulator, application), 201), headers: { Location: application.path } };
}

async function poll(simulator: UcwaSimulator, exchange: RoutedExchange): Promise<Reply | typeof readAgain> {
  const application = applicationOf(simulator, exchange);
  if ('refusal' in application) return application.refusal;
  const { channel } = application;
  application.lastSeenMs = simulator.clock.now();
  const occasion = { account: exchange.account, scope: 'events' } as const;
  if (simulator.faults.take('replacedPoll', occasion) !== undefined)
    return refusal(409, 'PGetReplaced', 'This P-GET was replaced by another one.');
  if (simulator.faults.take('resync', occasion) !== undefined) return channel.resync();

  const ack = exchange.query.get('ack') ?? '';
  if (!/^\d{1,15}$/.test(ack)) return invalidParameter('ack', ack === '' ? 'Missing' : 'Invalid');
  const settings = pollSettings(exchange.query, channel.settings);
  if ('refusal' in settings) return settings.refusal;
  const reply = await channel.poll(Number(ack), settings, (listener) => exchange.onClosed(listener));
  application.lastSeenMs = simulator.clock.now();
  return reply;
}
