import { createDecryptSubscription } from '../../../shared/webhooks/subscriptions/subscriptionSecrets';
import { createManageSubscriptions } from '../../../shared/webhooks/subscriptions/manageSubscriptions';
import { MAX_SUBSCRIPTIONS } from '../../../shared/webhooks/subscriptions/createSubscription';
import { createSecretCipher } from '../../../shared/secretCipher';
import { createSubscriptionApi, type SubscriptionApi } from '../../support/subscriptionApi';
import { startSubscriber, type SubscriberAnswer, type SubscriberServer } from '../../support/subscriberServer';
import { startTestTables, type TestTables } from '../../support/testTables';
import { sampleSubscription } from '../../support/webhookEvents';

let storage: TestTables;
let api: SubscriptionApi;
let server: SubscriberServer;
let answer: SubscriberAnswer;

beforeAll(async () => void (storage = await startTestTables()));
afterAll(() => storage.close());
beforeEach(async () => {
  api = createSubscriptionApi(storage.tables);
  answer = { status: 204 };
  server = await startSubscriber(() => answer);
});
afterEach(async () => {
  api.close();
  await server.close();
  await storage.empty('subscriptions');
});

test('a subscription is created with defaults, and its secret is shown once', async () => {
  answer = { status: 200, headers: { 'WebHook-Allowed-Origin': '*' } };
  const { isNew, subscription, secret, warnings } = await api.create({ url: server.url }, 'key:1234');
  expect(subscription).toEqual({
    id: expect.stringMatching(/^sub_[\w-]{22}$/) as string,
    url: `${server.url}/REDACTED`,
    filters: {},
    format: 'cloudevents',
    handshake: 'warn',
    state: 'active',
    createdBy: 'key:1234',
    createdAt: '2026-01-15T12:00:00.000Z',
    changedAt: '2026-01-15T12:00:00.000Z',
  });
  expect(isNew).toBe(true);
  expect(secret).toMatch(/^whsec_/);
  expect(warnings).toEqual([]);
  expect(JSON.stringify(await api.get(subscription.id))).not.toContain('whsec_');
});

test('neither secret nor URL nor header is in the table, in a view or in the log', async () => {
  const { id, secret } = await api.subscribe(`${server.url}/hidden?sig=hidden`, { headers: { 'X-Key': 'hidden' } });
  await api.test(id);
  const rows: unknown[] = [];
  for await (const row of (await storage.tables.client('subscriptions')).listEntities()) rows.push(row);
  const everything = JSON.stringify([rows, api.log.lines, await api.get(id), await api.list()]);
  expect(everything).not.toContain(secret.slice(6, 30));
  expect(everything).not.toContain('hidden');
  expect(everything).toContain('X-Key');
});

test('a given secret is taken', async () => {
  const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  expect(await api.create({ url: server.url, secret, handshake: 'skip' }, 'key:1')).toMatchObject({ secret });
});

test('what receivers ask for is kept and sent', async () => {
  answer = { status: 200, headers: { 'WebHook-Allowed-Origin': '*', 'WebHook-Allowed-Rate': '30' } };
  const { subscription } = await api.create(
    {
      url: server.url,
      headers: { 'X-Api-Key': 'k3y', Authorization: 'Bearer t0k' },
      contentType: 'application/json',
      timeoutSeconds: 3,
      maxPerMinute: 60,
    },
    'key:1',
  );
  expect(subscription).toMatchObject({
    headers: { 'X-Api-Key': 'REDACTED', Authorization: 'REDACTED' },
    contentType: 'application/json',
    timeoutSeconds: 3,
    maxPerMinute: 60,
    allowedRatePerMinute: 30,
  });
  expect(server.requests[0]).toMatchObject({
    method: 'OPTIONS',
    headers: { 'x-api-key': 'k3y', authorization: 'Bearer t0k', 'webhook-request-rate': '60' },
  });
  await api.test(subscription.id);
  expect(server.requests[1]).toMatchObject({
    method: 'POST',
    headers: {
      'x-api-key': 'k3y',
      authorization: 'Bearer t0k',
      'content-type': 'application/json; charset=utf-8',
    },
  });
});

test('a receiver that sends back what it got gives no secret away', async () => {
  const { id } = await api.subscribe(`${server.url}/pathSecret?sig=querySecret`, {
    headers: { 'x-key': 'headerSecret' },
  });
  answer = { status: 418, body: 'POST /hooks/pathSecret?sig=querySecret with x-key: headerSecret' };
  expect(await api.test(id)).toMatchObject({ response: 'POST REDACTED with x-key: REDACTED' });
});

test.each<[string, object, string | undefined]>([
  ['no URL', {}, undefined],
  ['an unknown field', { url: 'https://receiver.example/', colour: 'red' }, undefined],
  ['an unknown format', { url: 'https://receiver.example/', format: 'xml' }, undefined],
  ['a weak secret', { url: 'https://receiver.example/', secret: 'whsec_abc' }, undefined],
  ['a header of the relay’s own', { url: 'https://receiver.example/', headers: { 'Webhook-Id': 'x' } }, undefined],
  ['a URL as it is shown', { url: 'https://receiver.example/REDACTED' }, undefined],
  ['a header as it is shown', { url: 'https://receiver.example/', headers: { 'x-key': 'REDACTED' } }, undefined],
  ['a time-out of an hour', { url: 'https://receiver.example/', timeoutSeconds: 3600 }, undefined],
  ['a URL to a private address', { url: 'https://10.0.0.1/' }, 'private'],
  ['a name of a forbidden address', { url: 'https://elsewhere.example/' }, 'loopback'],
  ['a URL with user info', { url: 'https://a:b@receiver.example/' }, 'userinfo'],
  ['a URL over http to a public address', { url: 'http://1.1.1.1/' }, 'scheme'],
  ['a URL with a strange port', { url: 'https://receiver.example:22/' }, 'port'],
])('refuses %s, and says which rule it is', async (_what, body, rule) => {
  const refused = api.create({ handshake: 'skip', ...body }, 'key:1');
  await expect(refused).rejects.toMatchObject({
    code: 'requestInvalid',
    extensions: { errors: [rule === undefined ? {} : { field: 'url', rule }] },
  });
  expect(await api.list()).toEqual([]);
});

test('a name that does not resolve now is taken, with a warning that says why', async () => {
  const { warnings } = await api.create({ url: 'https://nowhere.example/', handshake: 'skip' }, 'key:1');
  expect(warnings).toEqual([
    'The name nowhere.example has no address now (ETIMEOUT: its name server does not respond); it is tried again with each event',
  ]);
});

describe('the handshake', () => {
  test('where it is required, a URL that does not consent is refused', async () => {
    await expect(api.create({ url: server.url, handshake: 'require' }, 'key:1')).rejects.toMatchObject({
      code: 'requestInvalid',
      extensions: {
        errors: [
          {
            field: 'url',
            rule: 'handshake',
            message: 'the response to OPTIONS has no WebHook-Allowed-Origin that names relay.contoso.com or *',
          },
        ],
      },
    });
  });

  test('where it warns, such a URL is taken with a warning', async () => {
    const { warnings } = await api.create({ url: server.url }, 'key:1');
    expect(warnings).toEqual([expect.stringContaining('does not consent')]);
  });

  test.each(['flat', 'teams'])('a subscription of format %s is not asked', async (format) => {
    const { warnings } = await api.create({ url: server.url, format }, 'key:1');
    expect([warnings, server.requests]).toEqual([[], []]);
  });
});

test('warns of what works and will hardly be useful', async () => {
  const { warnings } = await api.create(
    {
      url: `${server.url}?a=1&amp;b=2`,
      handshake: 'skip',
      filters: { types: ['ucwa.audioVideoInvitation.started'], outcomeResults: ['missed'], states: ['Ringing'] },
    },
    'key:1',
  );
  expect(warnings).toEqual([
    expect.stringContaining('&amp;'),
    expect.stringContaining('states: Ringing has never been seen'),
    expect.stringContaining('types and outcomeResults contradict each other'),
  ]);
});

test.each(['version', 'sub_', `sub_${'x'.repeat(3000)}`, '../x', ''])('there is no subscription %j', async (id) => {
  await api.subscribe(server.url);
  await expect(api.get(id)).rejects.toMatchObject({ code: 'notFound' });
  await expect(api.change(id, {})).rejects.toMatchObject({ code: 'notFound' });
  await expect(api.remove(id)).rejects.toMatchObject({ code: 'notFound' });
  await expect(api.rotateSecret(id, {})).rejects.toMatchObject({ code: 'notFound' });
  await expect(api.test(id)).rejects.toMatchObject({ code: 'notFound' });
});

test('removing is idempotent; what is gone is not found', async () => {
  const { id } = await api.subscribe(server.url);
  await api.remove(id);
  await api.remove(id);
  // The second time again: what a removal that was cut off has left goes then.
  expect(api.forgotten).toEqual([id, id]);
  await expect(api.get(id)).rejects.toMatchObject({ code: 'notFound' });
  await expect(api.change(id, {})).rejects.toMatchObject({ code: 'notFound' });
  await expect(api.rotateSecret(id, {})).rejects.toMatchObject({ code: 'notFound' });
});

test.each([
  ['cloudevents', { type: 'ucwa.subscription.test', specversion: '1.0' }],
  ['flat', { event: 'test' }],
  ['teams', { type: 'message' }],
])('a test event of format %s is sent at once, signed, and its result is told', async (format, expected) => {
  const { id } = await api.subscribe(server.url, { format });
  expect(await api.test(id)).toEqual({ delivered: true, status: 204, response: '', durationMs: 0 });
  expect(JSON.parse(server.requests[0]?.body.toString() ?? '')).toMatchObject(expected);
  expect(server.requests[0]?.headers['webhook-signature']).toMatch(/^v1,/);
  answer = { status: 418, body: 'a teapot' };
  expect(await api.test(id)).toMatchObject({
    delivered: false,
    status: 418,
    reason: 'responded 418',
    response: 'a teapot',
  });
});

test('a test to a subscriber that hangs ends within 7 seconds', async () => {
  const { id } = await api.subscribe(server.url);
  answer = 'hang';
  const tested = api.test(id);
  await server.received(1);
  await api.clock.advance(7000);
  expect(await tested).toMatchObject({ delivered: false, reason: 'no response: timeout', durationMs: 7000 });
});

test('there are five hundred at most, and a request for more is told so', async () => {
  const { clock, log } = api;
  const unasked = () => Promise.reject(new Error('nobody is asked'));
  const many = Array.from({ length: MAX_SUBSCRIPTIONS }, (_, n) => sampleSubscription({ id: `sub_${n}` }));
  const cipher = createSecretCipher(undefined);
  const manage = createManageSubscriptions({
    store: {
      list: () => Promise.resolve(many),
      find: unasked,
      insert: (decide) => Promise.resolve(void decide(many)),
      update: unasked,
      remove: unasked,
      usesContexts: unasked,
      noteContext: unasked,
    },
    cipher,
    decrypt: createDecryptSubscription(cipher),
    accounts: () => [],
    sender: { send: unasked },
    requestOrigin: 'relay.contoso.com',
    allowedCidrs: [],
    names: { resolve: unasked },
    forget: unasked,
    clock,
    log,
  });
  await expect(
    manage.create({ url: 'https://receiver.example/hooks', handshake: 'skip' }, 'key:1234'),
  ).rejects.toMatchObject({
    code: 'requestInvalid',
    message: 'There are 500 webhook subscriptions already, as many as are kept: delete one that is not needed.',
  });
});
