import { setTimeout as pause } from 'node:timers/promises';
import type { AxiosInstance, AxiosResponse } from 'axios';
import fc from 'fast-check';
import { documentedAnswers, type AnswerCheck } from '../../support/documentedAnswers';
import type { TestRelay } from '../../support/relay';
import {
  createRequestArbitraries,
  forbiddenTexts,
  outside,
  type RequestArbitraries,
  type Schema,
} from '../../support/requestArbitraries';
import { apiRoutes } from '../../../shared/http/documents/routes/routes';
import { startSubscriber, type SubscriberServer } from '../../support/subscriberServer';
import { startWebhookRelay, subscribe } from '../../support/webhookRelay';

/** An allowed and a forbidden request of each sort is made so often. */
const RUNS = 12;
const SEED = 17;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly allowEmptyValue?: boolean;
  readonly schema: Schema;
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly schema: Schema; readonly isRequired: boolean } | undefined;
}
interface Request {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

let relay: TestRelay;
let receiver: SubscriberServer;
let api: AxiosInstance;
let check: AnswerCheck;
let arbitraries: RequestArbitraries;
let operations: ReadonlyMap<string, Operation>;
let ids: { readonly invitation: string; readonly subscription: string };

beforeAll(async () => {
  [relay, receiver, check] = await Promise.all([startWebhookRelay(), startSubscriber(), documentedAnswers()]);
  api = relay.http();
  const { data } = await api.get<ServedDocument>('/openapi.json');
  arbitraries = createRequestArbitraries(data.components.schemas);
  operations = readOperations(data);
  relay.ucwa.ring({ subject: 'any request' });
  const { data: call } = await relay.topic.invitationEvent({ event: 'started', subject: 'any request' });
  const { subscription } = await subscribe(relay, { url: receiver.url, handshake: 'skip' });
  ids = { invitation: (call as { invitationId: string }).invitationId, subscription: subscription.id };
});
afterAll(async () => {
  await relay.close();
  await receiver.close();
});

interface ServedDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, ServedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}
interface ServedOperation {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: { readonly 'application/json': { readonly schema: Schema } };
  };
}

/** By method and path, as in `get /invitations`. */
function readOperations({ paths, components }: ServedDocument): ReadonlyMap<string, Operation> {
  const parameter = (one: Parameter | { readonly $ref: string }): Parameter => {
    const found = '$ref' in one ? components.parameters[one.$ref.split('/').at(-1) ?? ''] : one;
    if (found === undefined) throw new Error(`There is no parameter ${JSON.stringify(one)}.`);
    return found;
  };
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, parameters = [], requestBody }]) => [
        `${method} ${path}`,
        {
          operationId,
          parameters: parameters.map(parameter),
          body: requestBody && {
            schema: requestBody.content['application/json'].schema,
            isRequired: requestBody.required === true,
          },
        },
      ]),
    ),
  );
}

type Json = Record<string, unknown>;

/** What the document says in words, for no schema can. */
const inWords: Readonly<Record<string, (body: Json) => Json>> = {
  acceptInvitation: ({ with: way, sessionContext, provisional }) =>
    way === 'answer'
      ? {
          with: way,
          sdp: 'v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\nm=audio 1 RTP/AVP 0\r\n',
          ...given({ sessionContext, provisional }),
        }
      : given({ with: way, provisional: provisional === undefined ? undefined : false }),
  createWebhookSubscription: (body) => toReachable(body),
  changeWebhookSubscription: (body) => toReachable(body),
  createCallTrigger: ({ url, account }) => ({
    ...toReachable({ url }),
    ...(account !== undefined && { account: 'sip:reception@contoso.com' }),
  }),
  // An account of this relay, and no emergency number.
  startInvitation: (body) => ({ ...body, account: 'sip:reception@contoso.com', to: 'tel:+14255550123' }),
  // It never signs in, and would do so at the simulator only.
  putAccount: ({ discoveryUrl: _elsewhere, ...account }) => ({ ...account, enabled: false }),
  changeAccount: ({ discoveryUrl: _elsewhere, ...change }) => ({ ...change, enabled: false }),
};

function given(members: Json): Json {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** An address that the relay's settings allow, and no consent where the receiver gives none. */
function toReachable(body: Json): Json {
  const { url, handshake } = body;
  return {
    ...body,
    ...(typeof url === 'string' && { url: url.replace(/^https?:\/\/[^/?]+/i, new URL(receiver.url).origin) }),
    ...(handshake === 'require' && { handshake: 'warn' }),
  };
}

/** A cursor is taken from the page before only. */
const isCursor = ({ name }: Parameter): boolean => name === 'cursor';

/** Each parameter may be given or left out, unless it is required. */
function allowedRequest({ operationId, parameters, body }: Operation): fc.Arbitrary<Request> {
  const named = (where: Parameter['in']): fc.Arbitrary<Record<string, string>> => {
    const own = parameters.filter((one) => one.in === where && !isCursor(one));
    const values = own.map((one) => {
      const value = arbitraries.allowed(one.schema).map(String);
      return [one.name, one.allowEmptyValue === true ? fc.oneof(value, fc.constant('')) : value] as const;
    });
    const requiredKeys = own.filter(({ required }) => required === true).map(({ name }) => name);
    return fc.record(Object.fromEntries(values), { requiredKeys, noNullPrototype: true });
  };
  const words = inWords[operationId] ?? ((value: Json) => value);
  const bodies = body && (arbitraries.allowed(body.schema) as fc.Arbitrary<Json>).map(words);
  return fc.record({
    query: named('query').map(inOrder),
    headers: named('header'),
    ...(bodies !== undefined && { body: body?.isRequired === true ? bodies : fc.option(bodies, { nil: undefined }) }),
  });
}

/** What no schema says: that a time ends later than it begins. */
function inOrder(query: Record<string, string>): Record<string, string> {
  const [since, until] = [query.since, query.until].toSorted();
  return since === undefined || until === undefined ? query : { ...query, since, until };
}

/** Requests with one thing wrong: a parameter, or the body. */
function forbiddenRequest({ parameters, body }: Operation): fc.Arbitrary<Request> | undefined {
  const faults = parameters.flatMap((one): fc.Arbitrary<Request>[] => {
    const texts =
      one.schema.type === 'integer'
        ? [fc.constantFrom('x', '1.5', '-1', ...outside(one.schema).map(String))]
        : one.schema.enum === undefined
          ? forbiddenTexts(one.schema)
          : [fc.constantFrom('none', 'ACTIVE')];
    const empty = one.allowEmptyValue === true || one.in !== 'query' ? [] : [fc.constant('')];
    const missing = one.required === true ? [fc.constant({})] : [];
    switch (one.in) {
      case 'query':
        return [
          ...missing,
          ...[...texts.map((text) => text.filter((value) => value !== '')), ...empty].map((text) =>
            text.map((value) => ({ query: { [one.name]: value } })),
          ),
        ];
      case 'header':
        // What HTTP itself does not carry, and blanks at the ends, cannot be sent.
        return texts.map((text) =>
          text
            .filter((value) => /^[!-~\u00a1-\u00ff](.*[!-~\u00a1-\u00ff])?$/.test(value))
            .map((value) => ({ headers: { [one.name]: value } })),
        );
      case 'path':
        return [];
    }
  });
  const bodyFault = body && arbitraries.forbidden(body.schema);
  if (bodyFault !== undefined) faults.push(bodyFault.map((value) => ({ body: value })));
  if (body?.isRequired === true) faults.push(fc.constant({}));
  return faults.length === 0 ? undefined : fc.oneof(...faults);
}

async function ask(route: string, { query = {}, headers = {}, body }: Request): Promise<AxiosResponse<unknown>> {
  const [method = '', template = ''] = route.split(' ');
  const url = template
    .replace(
      '{id}',
      method === 'delete' ? 'sub_unknown' : template.startsWith('/webhook') ? ids.subscription : ids.invitation,
    )
    .replace('{sipUri}', 'sip:fuzzed@contoso.com')
    .replace('{trigger}', 'ringing')
    .replace('{deliveryId}', 'none')
    .replace('{capability}', 'none');
  for (;;) {
    const answer = await api.request<unknown>({
      method,
      url,
      params: query,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { data: JSON.stringify(body) }),
    });
    if (answer.status !== 429) return answer;
    await pause(200);
  }
}

const routes = async (): Promise<readonly string[]> =>
  (await apiRoutes()).map(({ method, path }) => `${method} ${path}`);

const problemOf = ({ status, data }: AxiosResponse<unknown>): string =>
  `${String(status)} ${JSON.stringify(data).slice(0, 300)}`;

/** Whether Skype for Business refused it, whose rules for an answer (its session context, the state of the call) are no schema's. */
const isOfSkype = ({ data }: AxiosResponse<unknown>): boolean =>
  typeof data === 'object' && data !== null && 'requestId' in data;

/** The same requests each time. Fails with the one that shows it, which is not made smaller: each try is a request. */
async function forAll<Value>(arbitrary: fc.Arbitrary<Value>, holds: (value: Value) => Promise<void>): Promise<void> {
  await fc.assert(fc.asyncProperty(arbitrary, holds), { numRuns: RUNS, endOnFailure: true, seed: SEED });
}

describe('the served OpenAPI document', () => {
  it('accepts what it allows, route by route', async () => {
    for (const route of await routes()) {
      const operation = operations.get(route);
      if (operation === undefined) throw new Error(`${route} is not in the document.`);
      await forAll(allowedRequest(operation), async (request) => {
        const answer = await ask(route, request);
        const isRefused = !isOfSkype(answer) && ([400, 411, 413, 415].includes(answer.status) || answer.status >= 500);
        expect({ route, request, problem: isRefused ? problemOf(answer) : '' }).toEqual({
          route,
          request,
          problem: '',
        });
        expect(check(answer)).toEqual([]);
      });
    }
  });

  it('refuses what it forbids, route by route, and says so as documented', async () => {
    for (const route of await routes()) {
      const arbitrary = forbiddenRequest(operations.get(route) ?? { operationId: '', parameters: [], body: undefined });
      if (arbitrary === undefined) continue;
      await forAll(arbitrary, async (request) => {
        const answer = await ask(route, request);
        expect({ route, request, answer: answer.status === 400 ? '' : problemOf(answer) }).toEqual({
          route,
          request,
          answer: '',
        });
        expect(check(answer)).toEqual([]);
      });
    }
  });
});
