import {
  createManageSubscriptions,
  MAX_SUBSCRIPTIONS,
} from '../../../shared/webhooks/subscriptions/manageSubscriptions';
import { createSecretCipher } from '../../../shared/secretCipher';
import { useWebhookProcesses, type WebhookProcess } from '../../support/webhookProcesses';
import { startSubscriber, type SubscriberAnswer, type SubscriberServer } from '../../support/subscriberServer';
import { callEvent, sampleSubscription } from '../../support/webhookEvents';

const processes = useWebhookProcesses();
let relay: WebhookProcess;
let server: SubscriberServer;
let answer: SubscriberAnswer;

beforeEach(async () => {
  relay = processes.open();
  answer = { status: 204 };
  server = await startSubscriber(() => answer);
});
afterEach(() => server.close());

test('a subscription is made with defaults, and its secret is shown once', async () => {
  answer = { status: 200, headers: { 'WebHook-Allowed-Origin': '*' } };
  const { subscription, secret, warnings } = await relay.webhooks.subscriptions.create({ url: server.url }, 'key:1234');
  expect(subscription).toEqual({
    id: expect.stringMatching(/^sub_[\w-]{22}$/) as string,
    url: server.url,
    filters: {},
    format: 'cloudevents',
    handshake: 'warn',
    state: 'active',
    createdBy: 'key:1234',
    createdAt: '2026-01-15T12:00:00.000Z',
    changedAt: '2026-01-15T12:00:00.000Z',
  });
  expect(secret).toMatch(/^whsec_/);
  expect(warnings).toEqual([]);
  expect(JSON.stringify(await relay.webhooks.subscriptions.get(subscription.id))).not.toContain('whsec_');
});

test('no secret is in the table, and none in the log', async () => {
  const { secret } = await relay.subscribe(server.url);
  const table = await processes.tables().client('subscriptions');
  const kept = JSON.stringify(relay.log.lines);
  const rows: unknown[] = [];
  for await (const row of table.listEntities()) rows.push(row);
  expect(JSON.stringify(rows) + kept).not.toContain(secret.slice(6, 30));
});

test('a given secret is taken', async () => {
  const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  expect(
    await relay.webhooks.subscriptions.create({ url: server.url, secret, handshake: 'skip' }, 'key:1'),
  ).toMatchObject({ secret });
});

test.each<[string, object, string | undefined]>([
  ['no URL', {}, undefined],
  ['an unknown field', { url: 'https://receiver.example/', colour: 'red' }, undefined],
  ['an unknown format', { url: 'https://receiver.example/', format: 'xml' }, undefined],
  ['a weak secret', { url: 'https://receiver.example/', secret: 'whsec_abc' }, undefined],
  ['a URL to a private address', { url: 'https://10.0.0.1/' }, 'private'],
  ['a URL with user info', { url: 'https://a:b@receiver.example/' }, 'userinfo'],
  ['a URL over http', { url: 'http://receiver.example/' }, 'scheme'],
  ['a URL with a strange port', { url: 'https://receiver.example:22/' }, 'port'],
])('refuses %s, and says which rule it is', async (_what, body, rule) => {
  const refused = relay.webhooks.subscriptions.create(body, 'key:1');
  await expect(refused).rejects.toMatchObject({
    code: 'requestInvalid',
    extensions: { errors: [rule === undefined ? {} : { field: 'url', rule }] },
  });
  expect(await relay.webhooks.subscriptions.list()).toEqual([]);
});

describe('the handshake', () => {
  test('where it is required, a URL that does not consent is refused', async () => {
    await expect(
      relay.webhooks.subscriptions.create({ url: server.url, handshake: 'require' }, 'key:1'),
    ).rejects.toMatchObject({
      code: 'requestInvalid',
      extensions: {
        errors: [
          {
            field: 'url',
            rule: 'handshake',
            message: 'the answer to OPTIONS has no WebHook-Allowed-Origin that names relay.contoso.com or *',
          },
        ],
      },
    });
  });

  test('where it warns, such a URL is taken with a warning', async () => {
    const { warnings } = await relay.webhooks.subscriptions.create({ url: server.url }, 'key:1');
    expect(warnings).toEqual([expect.stringContaining('does not consent')]);
  });

  test.each(['flat', 'teams'])('a subscription of format %s is not asked', async (format) => {
    const { warnings } = await relay.webhooks.subscriptions.create({ url: server.url, format }, 'key:1');
    expect([warnings, server.requests]).toEqual([[], []]);
  });

  test('a new URL is asked again', async () => {
    const { id } = await relay.subscribe(server.url);
    await expect(
      relay.webhooks.subscriptions.change(id, { url: `${server.url}/new`, handshake: 'require' }),
    ).rejects.toMatchObject({
      code: 'requestInvalid',
    });
    expect(server.requests).toMatchObject([{ method: 'OPTIONS', target: '/hooks/new' }]);
  });
});

test('a change leaves the rest as it is, and is in effect at once', async () => {
  const { id } = await relay.subscribe(server.url, { description: 'first', filters: { direction: 'incoming' } });
  await relay.webhooks.subscriptions.change(id, { filters: { kinds: ['phoneAudio'] } });
  expect(await relay.webhooks.subscriptions.get(id)).toMatchObject({
    description: 'first',
    filters: { kinds: ['phoneAudio'] },
    url: server.url,
  });
  expect(await relay.webhooks.deliverEvent(callEvent('started'))).toBe(0);
});

test('the URL as it is shown, sent back, changes nothing', async () => {
  const { id } = await relay.subscribe(`${server.url}?sig=verySecret`);
  const { url } = await relay.webhooks.subscriptions.get(id);
  expect(url).toBe(`${server.url}?sig=REDACTED`);
  await relay.webhooks.subscriptions.change(id, { url });
  await relay.webhooks.testSubscription(id);
  expect(server.requests.at(-1)?.target).toBe('/hooks?sig=verySecret');
});

test('a pause holds deliveries, and an end of it lets them flow again', async () => {
  const { id } = await relay.subscribe(server.url);
  expect((await relay.webhooks.subscriptions.change(id, { state: 'paused' })).subscription).toMatchObject({
    state: 'paused',
    stateSince: '2026-01-15T12:00:00.000Z',
  });
  expect(await relay.webhooks.deliverEvent(callEvent('started', { call: 1 }))).toBe(0);
  await relay.webhooks.subscriptions.change(id, { state: 'active' });
  expect(await relay.webhooks.deliverEvent(callEvent('started', { call: 2 }))).toBe(1);
});

test('removing is idempotent; what is gone is not found', async () => {
  const { id } = await relay.subscribe(server.url);
  await relay.webhooks.subscriptions.remove(id);
  await relay.webhooks.subscriptions.remove(id);
  await expect(relay.webhooks.subscriptions.get(id)).rejects.toMatchObject({ code: 'notFound' });
  await expect(relay.webhooks.subscriptions.change(id, {})).rejects.toMatchObject({ code: 'notFound' });
  await expect(relay.webhooks.subscriptions.rotateSecret(id, {})).rejects.toMatchObject({ code: 'notFound' });
});

test('a rotation says until when the old secret signs as well', async () => {
  const { id } = await relay.subscribe(server.url);
  const { subscription } = await relay.webhooks.subscriptions.rotateSecret(id, undefined);
  expect(subscription.previousSecretUntil).toBe('2026-01-16T12:00:00.000Z');
  await relay.clock.advance(24 * 3_600_000);
  expect((await relay.webhooks.subscriptions.get(id)).previousSecretUntil).toBeUndefined();
});

test.each([
  ['cloudevents', { type: 'ucwa.subscription.test', specversion: '1.0' }],
  ['flat', { event: 'test' }],
  ['teams', { type: 'message' }],
])('a test event of format %s is sent at once, signed, and told', async (format, expected) => {
  const { id } = await relay.subscribe(server.url, { format });
  expect(await relay.webhooks.testSubscription(id)).toEqual({
    delivered: true,
    status: 204,
    response: '',
    durationMs: 0,
  });
  expect(JSON.parse(server.requests[0]?.body.toString() ?? '')).toMatchObject(expected);
  expect(server.requests[0]?.headers['webhook-signature']).toMatch(/^v1,/);
  answer = { status: 418, body: 'a teapot' };
  expect(await relay.webhooks.testSubscription(id)).toMatchObject({
    delivered: false,
    status: 418,
    reason: 'responded 418',
    response: 'a teapot',
  });
});

test('there are five hundred at most, and one more is refused', async () => {
  const { clock, log } = relay;
  const unasked = () => Promise.reject(new Error('nobody is asked'));
  const many = Array.from({ length: MAX_SUBSCRIPTIONS }, (_, n) => sampleSubscription({ id: `sub_${n}` }));
  const store = { list: () => Promise.resolve(many), find: unasked, insert: unasked, update: unasked, remove: unasked };
  const manage = createManageSubscriptions({
    store,
    secretCipher: createSecretCipher(undefined),
    sender: { send: unasked },
    requestOrigin: 'relay.contoso.com',
    allowedCidrs: [],
    resolve: unasked,
    clock,
    log,
  });
  await expect(manage.create({ url: 'https://receiver.example/hooks' }, 'key:1234')).rejects.toMatchObject({
    code: 'requestInvalid',
    message: 'There are 500 webhook subscriptions already, as many as are kept: delete one that is not needed.',
  });
});
