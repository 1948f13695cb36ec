import { createSubscriptionApi, type SubscriptionApi } from '../../support/subscriptionApi';
import { startSubscriber, type SubscriberServer } from '../../support/subscriberServer';
import { startTestTables, type TestTables } from '../../support/testTables';

let storage: TestTables;
let api: SubscriptionApi;
let server: SubscriberServer;

beforeAll(async () => void (storage = await startTestTables()));
afterAll(() => storage.close());
beforeEach(async () => {
  api = createSubscriptionApi(storage.tables);
  server = await startSubscriber();
});
afterEach(async () => {
  api.close();
  await server.close();
  await storage.empty('subscriptions');
});

test('a change leaves the rest as it is, and is in effect at once', async () => {
  const { id } = await api.subscribe(server.url, { description: 'first', filters: { direction: 'incoming' } });
  await api.change(id, { filters: { kinds: ['phoneAudio'] } });
  expect(await api.get(id)).toMatchObject({
    description: 'first',
    filters: { kinds: ['phoneAudio'] },
    url: `${server.url}/REDACTED`,
  });
});

test('null removes what can be left out', async () => {
  const { id } = await api.subscribe(server.url, { description: 'first', timeoutSeconds: 2, maxPerMinute: 5 });
  const { subscription } = await api.change(id, { description: null, timeoutSeconds: null, maxPerMinute: null });
  expect(Object.keys(subscription)).toEqual(
    expect.not.arrayContaining(['description', 'timeoutSeconds', 'maxPerMinute']),
  );
});

test('the URL as it is shown, sent back, changes nothing', async () => {
  const { id } = await api.subscribe(`${server.url}/inner?sig=verySecret`);
  const { url } = await api.get(id);
  expect(url).toBe(`${server.url}/REDACTED`);
  await api.change(id, { url });
  await api.test(id);
  expect(server.requests.at(-1)?.target).toBe('/hooks/inner?sig=verySecret');
});

test.each(['https://receiver.example/hooks/REDACTED', 'https://receiver.example/hooks?sig=REDACTED'])(
  'another URL with REDACTED is refused: %s',
  async (url) => {
    const { id } = await api.subscribe(server.url);
    await expect(api.change(id, { url })).rejects.toMatchObject({
      code: 'requestInvalid',
      extensions: { errors: [{ field: 'url', message: expect.stringContaining('give the whole URL') }] },
    });
  },
);

describe('headers', () => {
  const sent = () => server.requests.at(-1)?.headers;

  test('a value REDACTED keeps the value; what is left out goes', async () => {
    const { id } = await api.subscribe(server.url, { headers: { 'X-One': 'one', 'X-Two': 'two' } });
    const { subscription } = await api.change(id, { headers: { 'x-one': 'REDACTED', 'X-Three': 'three' } });
    expect(subscription.headers).toEqual({ 'X-One': 'REDACTED', 'X-Three': 'REDACTED' });
    await api.test(id);
    expect(sent()).toMatchObject({ 'x-one': 'one', 'x-three': 'three' });
    expect(sent()).not.toHaveProperty('x-two');
  });

  test('REDACTED for a name without a value is refused', async () => {
    const { id } = await api.subscribe(server.url, { headers: { 'X-One': 'one' } });
    await expect(api.change(id, { headers: { 'X-Two': 'REDACTED' } })).rejects.toMatchObject({
      extensions: { errors: [{ field: 'headers.X-Two' }] },
    });
  });

  test('an empty object removes all', async () => {
    const { id } = await api.subscribe(server.url, { headers: { 'X-One': 'one' } });
    expect((await api.change(id, { headers: {} })).subscription).not.toHaveProperty('headers');
  });
});

test('a new URL is asked for its consent', async () => {
  const { id } = await api.subscribe(server.url);
  await expect(api.change(id, { url: `${server.url}/new`, handshake: 'require' })).rejects.toMatchObject({
    code: 'requestInvalid',
  });
  expect(server.requests).toMatchObject([{ method: 'OPTIONS', target: '/hooks/new' }]);
});

test('a pause says since when, lets a test event through, and ends', async () => {
  const { id } = await api.subscribe(server.url);
  expect((await api.change(id, { state: 'paused' })).subscription).toMatchObject({
    state: 'paused',
    stateSince: '2026-01-15T12:00:00.000Z',
  });
  expect(await api.test(id)).toMatchObject({ delivered: true });
  expect((await api.change(id, { state: 'active' })).subscription).not.toHaveProperty('stateSince');
});
