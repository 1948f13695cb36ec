import { toDeliveryId } from '../../shared/invitations/record/eventKey';
import type { AxiosInstance, AxiosResponse } from 'axios';
import { Webhook } from 'standardwebhooks';
import { askUntil } from '../support/askUntil';
import { documentedAnswers, type AnswerCheck } from '../support/documentedAnswers';
import type { TestRelay } from '../support/relay';
import { startSubscriber, type SubscriberServer } from '../support/subscriberServer';
import { USER_AGENT } from '../../shared/version';
import { startWebhookRelay, subscribe } from '../support/webhookRelay';

interface Created {
  readonly subscription: { readonly id: string; readonly state: string };
  readonly secret: string;
  readonly warnings: readonly string[];
}
interface DeliveryPage {
  readonly deliveries: readonly {
    readonly deliveryId: string;
    readonly eventId: string;
    readonly outcome: string;
    readonly type: string;
    readonly attempt: number;
  }[];
  readonly cursor?: string;
}

let relay: TestRelay;
let api: AxiosInstance;
let check: AnswerCheck;
let server: SubscriberServer;
let created: Created;
let location: string;

beforeAll(async () => {
  [relay, check, server] = await Promise.all([startWebhookRelay(), documentedAnswers(), startSubscriber()]);
  api = relay.http();
});
afterAll(async () => {
  await relay.close();
  await server.close();
});

/** The answer, when it has that status and is as the OpenAPI document has it. */
async function documented<Body>(status: number, asked: Promise<AxiosResponse<Body>>): Promise<AxiosResponse<Body>> {
  const answer = await asked;
  expect({ status: answer.status, problems: check(answer) }).toEqual({ status, problems: [] });
  if (status >= 400)
    expect([answer.headers['content-type'], answer.data]).toEqual([
      'application/problem+json',
      expect.objectContaining({ status, type: expect.stringMatching(/^urn:ucwa-relay:problem:/) }),
    ]);
  return answer;
}
const one = (rest = ''): string => `/webhook-subscriptions/${created.subscription.id}${rest}`;

/** Rings a call that ends at once; resolves with its last event, which everybody was sent who was to hear it. */
async function ringOnce(subject: string) {
  relay.ucwa.ring({ subject, scenario: 'answered', afterSeconds: 0.05 });
  return relay.topic.invitationEvent({ event: 'completed', subject });
}

/** How many events of calls are on the topic by now: so many are for who subscribes to all. */
const callEvents = (): number => relay.topic.events.filter(({ sequence }) => sequence !== undefined).length;

describe('a subscription', () => {
  it('is made: its secret is shown, and where to remove it', async () => {
    const answer = await documented(
      201,
      api.post<Created>('/webhook-subscriptions', {
        url: `${server.url}?sig=verySecret`,
        description: 'Front desk',
        handshake: 'skip',
      }),
    );
    created = answer.data;
    location = String(answer.headers['location']);
    expect(created).toMatchObject({
      secret: expect.stringMatching(/^whsec_/),
      warnings: [],
      subscription: {
        state: 'active',
        description: 'Front desk',
        createdBy: expect.stringMatching(/^key:/),
        url: `${server.url}/REDACTED`,
      },
    });
    expect(location).toMatch(new RegExp(`^${api.defaults.baseURL ?? ''}/unsubscribe/[\\w-]+$`));
  });

  it('is the same one for the same URL, format and filters, without its secret', async () => {
    const request = { url: `${server.url}?sig=verySecret`, handshake: 'skip' };
    const { data } = await documented(200, api.post<Created>('/webhook-subscriptions', request));
    expect(data).toEqual({ subscription: created.subscription, warnings: [expect.stringContaining('exists already')] });
  });

  it('is given again to the same Idempotency-Key, which another body does not get', async () => {
    const headers = { 'idempotency-key': 'front-desk' };
    const request = { url: server.url, handshake: 'skip', allowDuplicate: true };
    const first = await documented(201, api.post<Created>('/webhook-subscriptions', request, { headers }));
    const again = await documented(201, api.post<Created>('/webhook-subscriptions', request, { headers }));
    expect(again.data).toEqual(first.data);
    await documented(422, api.post('/webhook-subscriptions', { ...request, format: 'flat' }, { headers }));
    await documented(204, api.delete(`/webhook-subscriptions/${first.data.subscription.id}`));
  });

  it('is listed and read, its secret never again', async () => {
    const list = await documented(200, api.get('/webhook-subscriptions'));
    const view = await documented(200, api.get(one()));
    expect(list.data).toEqual({ subscriptions: [view.data] });
    expect(JSON.stringify([list.data, view.data])).not.toMatch(/whsec_|verySecret/);
  });

  it('is tested at once, and what the subscriber answered is told', async () => {
    const { data } = await documented(200, api.post(one('/test')));
    expect(data).toMatchObject({ delivered: true, status: 204 });
    const [request] = server.requests;
    expect(request?.target).toBe('/hooks?sig=verySecret');
    expect(request?.headers).toMatchObject({
      'webhook-request-origin': 'ucwa-relay',
      'user-agent': USER_AGENT,
    });
    expect(
      new Webhook(created.secret).verify(request?.body.toString() ?? '', request?.headers as Record<string, string>),
    ).toMatchObject({ type: 'ucwa.subscription.test' });
  });

  it('hears calls', async () => {
    const { id } = await ringOnce('first');
    await server.received(1 + callEvents());
    expect(server.requests.map(({ headers }) => headers['webhook-id'])).toContain(id);
  });

  it('lists no delivery that went well at its first attempt', async () => {
    const { data } = await documented(200, api.get<DeliveryPage>(one('/deliveries')));
    expect(data).toEqual({ deliveries: [] });
  });

  it('is healthy while its deliveries succeed', async () => {
    const { data } = await documented(200, api.get<{ checks: Record<string, unknown> }>('/health'));
    expect(data.checks[`webhook:${created.subscription.id}`]).toEqual([
      { status: 'pass', componentType: 'component', observedValue: 'active', description: 'Front desk' },
    ]);
  });

  it('is sent an end again on request, under the same webhook-id', async () => {
    const completed = await relay.topic.invitationEvent({ event: 'completed', subject: 'first' });
    const before = server.requests.length;
    await documented(202, api.post(one(`/deliveries/${toDeliveryId(completed)}/redeliver`)));
    await server.received(before + 1);
    expect(server.requests.at(-1)?.headers['webhook-id']).toBe(completed.id);
  });

  it('signs with both secrets after a rotation', async () => {
    const { data } = await documented(200, api.post<{ secret: string }>(one('/rotate-secret'), {}));
    await documented(200, api.post(one('/test')));
    const request = server.requests.at(-1);
    for (const secret of [created.secret, data.secret])
      expect(() =>
        new Webhook(secret).verify(request?.body.toString() ?? '', request?.headers as Record<string, string>),
      ).not.toThrow();
  });

  it('is paused, hears nothing meanwhile, and recovers what it missed but no ring that is over', async () => {
    const since = new Date().toISOString();
    const witness = await startSubscriber();
    const { subscription } = await subscribe(relay, { url: witness.url, handshake: 'skip' });
    const { data } = await documented(200, api.patch(one(), { state: 'paused' }));
    expect(data).toMatchObject({ subscription: { state: 'paused', stateSince: expect.any(String) } });
    const before = server.requests.length;
    const { id } = await ringOnce('while paused');
    // Who is not paused has its end: it was handed out while the other one was passed over.
    await askUntil(() => witness.requests.some(({ headers }) => headers['webhook-id'] === id), Boolean);
    await documented(204, api.delete(`/webhook-subscriptions/${subscription.id}`));
    await witness.close();
    await documented(409, api.post(one('/recover'), { since }));
    await documented(200, api.patch(one(), { state: 'active' }));
    // A later call is with the subscriber, so that what of the earlier one was to come has come.
    await ringOnce('after the pause');
    await server.received(before + 2);
    expect(server.requests.map(({ headers }) => headers['webhook-id'])).not.toContain(id);
    const recovered = await documented(200, api.post(one('/recover'), { since }));
    expect(Object.keys(recovered.data as object).sort()).toEqual([
      'delivered',
      'expired',
      'queued',
      'superseded',
      'waiting',
    ]);
  });

  it('has a change in effect in another process too', async () => {
    const before = relay.http();
    await relay.startHost();
    await documented(200, relay.http().patch(one(), { filters: { outcomeResults: ['missed'] } }));
    // The old process learns of it by the tables alone: it is asked until it knows. (That a list is trusted for 3 s
    // at most, subscriptionStore.test.ts shows on its own clock.)
    const known = await askUntil(
      () => before.get<{ filters?: object }>(one()).then(({ data }) => data.filters ?? {}),
      (filters) => 'outcomeResults' in filters,
    );
    expect(known).toEqual({ outcomeResults: ['missed'] });
    api = relay.http();
  });

  it('is removed by its Location without a key, once and again', async () => {
    const path = location.slice(location.indexOf('/unsubscribe'));
    const altered = `${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`;
    const keyless = { headers: { 'x-functions-key': '' } };
    await documented(404, api.delete(altered, keyless));
    await documented(200, api.get(one()));
    await documented(204, api.delete(path, keyless));
    await documented(204, api.delete(path, keyless));
    await documented(404, api.get(one()));
  });

  it('is removed by its id, once and again', async () => {
    created = (
      await documented(201, api.post<Created>('/webhook-subscriptions', { url: server.url, handshake: 'skip' }))
    ).data;
    await documented(204, api.delete(one()));
    await documented(204, api.delete(one()));
    expect((await documented(200, api.get('/webhook-subscriptions'))).data).toEqual({ subscriptions: [] });
  });
});

describe('what is not right', () => {
  test.each<[string, number, string, (http: AxiosInstance) => Promise<AxiosResponse>]>([
    [
      'a body that is no JSON',
      400,
      'requestInvalid',
      (http) => http.post('/webhook-subscriptions', '{', { headers: { 'content-type': 'application/json' } }),
    ],
    ['a body without a URL', 400, 'requestInvalid', (http) => http.post('/webhook-subscriptions', {})],
    [
      'an unknown field',
      400,
      'requestInvalid',
      (http) => http.post('/webhook-subscriptions', { url: 'https://receiver.example/', colour: 'red' }),
    ],
    [
      'a private address',
      400,
      'requestInvalid',
      (http) => http.post('/webhook-subscriptions', { url: 'https://10.0.0.1/' }),
    ],
    [
      'the metadata service',
      400,
      'requestInvalid',
      (http) => http.post('/webhook-subscriptions', { url: 'http://169.254.169.254/latest/' }),
    ],
    [
      'a page of deliveries that is too large',
      400,
      'requestInvalid',
      (http) => http.get('/webhook-subscriptions/sub_none/deliveries?limit=1000'),
    ],
    [
      'a recovery since no moment',
      400,
      'requestInvalid',
      (http) => http.post('/webhook-subscriptions/sub_none/recover', { since: 'noon' }),
    ],
    ['an unknown subscription', 404, 'notFound', (http) => http.get('/webhook-subscriptions/sub_none')],
    [
      'a change of an unknown one',
      404,
      'notFound',
      (http) => http.patch('/webhook-subscriptions/sub_none', { state: 'paused' }),
    ],
    ['a test of an unknown one', 404, 'notFound', (http) => http.post('/webhook-subscriptions/sub_none/test')],
    [
      'a rotation of an unknown one',
      404,
      'notFound',
      (http) => http.post('/webhook-subscriptions/sub_none/rotate-secret', {}),
    ],
    [
      'the deliveries of an unknown one',
      404,
      'notFound',
      (http) => http.get('/webhook-subscriptions/sub_none/deliveries'),
    ],
    [
      'a delivery that is none',
      404,
      'notFound',
      (http) => http.post('/webhook-subscriptions/sub_none/deliveries/none/redeliver'),
    ],
    ['a link that is none', 404, 'notFound', (http) => http.delete('/unsubscribe/none')],
  ])('%s: %i %s, a problem document', async (_title, status, code, ask) => {
    const { data } = await documented(status, ask(api) as Promise<AxiosResponse<{ type: string }>>);
    expect(data.type).toBe(`urn:ucwa-relay:problem:${code}`);
  });

  test.each(['get', 'post'] as const)('a %s without a key is not answered', async (method) => {
    expect(
      (await api.request({ method, url: '/webhook-subscriptions', headers: { 'x-functions-key': '' } })).status,
    ).toBe(401);
  });

  it('an address that is refused: the rule is named', async () => {
    const { data } = await api.post<{ errors: readonly object[] }>('/webhook-subscriptions', {
      url: 'https://[::ffff:10.0.0.1]/',
    });
    expect(data.errors).toEqual([expect.objectContaining({ field: 'url', rule: 'private' })]);
  });
});

describe('with Entra ID', () => {
  it('a key alone is not enough, and the link to unsubscribe still is', async () => {
    await relay.startHost({
      ENTRA_TENANT_ID: '7a3d7d0e-6d0f-4c59-9d3c-0b1f0a1c2d3e',
      ENTRA_AUDIENCE: 'api://ucwa-relay',
    });
    const http = relay.http();
    await documented(401, http.get('/webhook-subscriptions'));
    await documented(401, http.post('/webhook-subscriptions', { url: server.url }));
    await documented(
      204,
      http.delete(location.slice(location.indexOf('/unsubscribe')), { headers: { 'x-functions-key': '' } }),
    );
  });
});
