import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../../shared/clock';
import { createNameResolver } from '../../../shared/webhooks/sender/nameResolver';
import { createSender, type Sender } from '../../../shared/webhooks/sender/sender';
import { createFakeClock } from '../../support/fakeClock';
import { makeLoopbackRoundTrip } from '../../support/loopbackTraffic';
import {
  startSubscriber,
  type ReceivedRequest,
  type SubscriberAnswer,
  type SubscriberServer,
} from '../../support/subscriberServer';

const closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

async function subscriber(
  answer?: (request: ReceivedRequest, count: number) => SubscriberAnswer,
): Promise<SubscriberServer> {
  const server = await startSubscriber(answer);
  closing.push(server);
  return server;
}

function sender(clock = systemClock): Sender {
  const made = createSender({ clock, allowedCidrs: ['127.0.0.0/8'], names: createNameResolver({ clock }) });
  closing.push(made);
  return made;
}

const post = (one: Sender, url: string, body = '{}', timeoutMs = 5000) =>
  one.send({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(body),
    timeoutMs,
  });

test('sends the very bytes, with their length, to path and query as they were given', async () => {
  const server = await subscriber();
  const target = "/a/../b//%7Ec?sp=%2Ftriggers%2Fmanual&sig=a%2Bb+c&&x='y'";
  const result = await post(sender(), `http://127.0.0.1:${server.port}${target}`, '{"name":"Grüße 📞"}');
  expect(result).toMatchObject({ kind: 'response', status: 204 });
  expect(server.requests).toEqual([
    expect.objectContaining({ method: 'POST', target, body: Buffer.from('{"name":"Grüße 📞"}') }),
  ]);
  expect(server.requests[0]?.headers).toMatchObject({
    host: `127.0.0.1:${server.port}`,
    'content-length': '23',
    'content-type': 'application/json',
  });
});

test('takes any time for an attempt, and what cannot be sent is a result', async () => {
  const server = await subscriber();
  expect(await post(sender(), server.url, '{}', 4999.5)).toMatchObject({ kind: 'response', status: 204 });
  const request = { method: 'POST', url: server.url, headers: { 'x-key': '→' }, timeoutMs: 5000 } as const;
  expect(await sender().send(request)).toMatchObject({ kind: 'networkError', reason: 'network' });
  expect(server.requests).toHaveLength(1);
});

test('keeps the connection for the next event', async () => {
  const server = await subscriber();
  const one = sender();
  for (let count = 0; count < 5; count += 1) await post(one, server.url);
  expect([server.requests.length, server.connections()]).toEqual([5, 1]);
});

test('keeps the answer’s first 4 KiB, without secrets', async () => {
  const server = await subscriber(() => ({
    status: 400,
    headers: { 'retry-after': '7' },
    body: `see ?sig=abc ${'x'.repeat(100_000)}`,
  }));
  const result = await post(sender(), server.url);
  expect(result).toMatchObject({ kind: 'response', status: 400, retryAfter: '7' });
  expect(result.kind === 'response' && result.body).toBe(
    `see ?sig=REDACTED ${'x'.repeat(4096 - 'see ?sig=abc '.length)}`,
  );
});

test('an answer that breaks off after its head has its status all the same', async () => {
  const server = await subscriber(() => (response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half', () => response.destroy());
  });
  expect(await post(sender(), server.url)).toMatchObject({ kind: 'response', status: 200, body: 'half' });
});

test.each([
  ['no answer', 'hang' as const],
  [
    'half a head',
    (response: { socket: { write(text: string): unknown } | null }) =>
      void response.socket?.write('HTTP/1.1 200 OK\r\nx: '),
  ],
])('gives up on %s after the time-out', async (_what, answer) => {
  const clock = createFakeClock();
  const server = await subscriber(() => answer);
  const sending = post(sender(clock), server.url, '{}', 5000);
  await server.received(1);
  await clock.advance(4999);
  expect(clock.sleepers()).toBe(1);
  await clock.advance(1);
  expect(await sending).toMatchObject({ kind: 'networkError', reason: 'timeout', durationMs: 5000 });
  expect(clock.sleepers()).toBe(0);
});

test('an answer that trickles on is left at the time-out, with its status', async () => {
  const clock = createFakeClock();
  const server = await subscriber(() => (response) => void response.writeHead(202).write('a'));
  const sending = post(sender(clock), server.url, '{}', 5000);
  await server.received(1);
  await clock.advance(5000);
  expect(await sending).toMatchObject({ kind: 'response', status: 202, body: 'a' });
});

test('leaves no timer behind', async () => {
  const clock = createFakeClock();
  const server = await subscriber();
  await post(sender(clock), server.url);
  expect(clock.sleepers()).toBe(0);
});

test('says that the connection was reset', async () => {
  const server = await subscriber(() => 'reset');
  expect(await post(sender(), server.url)).toMatchObject({
    kind: 'networkError',
    reason: 'connectionReset',
    detail: 'ECONNRESET',
  });
});

test('an idle connection that the subscriber closed meanwhile costs no attempt', async () => {
  const server = await subscriber((_request, count) => (count === 2 ? 'reset' : { status: 204 }));
  const one = sender();
  await post(one, server.url);
  expect(await post(one, server.url)).toMatchObject({ kind: 'response', status: 204 });
  expect([server.requests.length, server.connections()]).toEqual([3, 2]);
});

test('a connection that breaks off once the response has begun is not tried again', async () => {
  const breakOff = async ({ socket }: ServerResponse): Promise<void> => {
    socket?.write('HTTP/1.1 2');
    await makeLoopbackRoundTrip();
    socket?.resetAndDestroy();
  };
  const server = await subscriber((_request, count) =>
    count === 2 ? (response) => void breakOff(response) : { status: 204 },
  );
  const one = sender();
  await post(one, server.url);
  expect(await post(one, server.url)).toMatchObject({ kind: 'networkError', reason: 'connectionReset' });
  expect(server.requests).toHaveLength(2);
});

test('says that nobody listens', async () => {
  const server = await startSubscriber();
  await server.close();
  expect(await post(sender(), server.url)).toMatchObject({ kind: 'networkError', reason: 'connectionRefused' });
});

test('says that TLS failed', async () => {
  const server = await subscriber();
  expect(await post(sender(), `https://127.0.0.1:${server.port}/`)).toMatchObject({
    kind: 'networkError',
    reason: 'tls',
  });
});

test('leaves out the dot at the end of a name, in SNI and Host', async () => {
  const pem = (name: string): Buffer => readFileSync(join(__dirname, '../../fixtures/tls', name));
  const heard: unknown[] = [];
  const SNICallback = (name: string, go: (error: null) => void): void => {
    heard.push(name);
    go(null);
  };
  const options = { key: pem('localhost.key'), cert: pem('localhost.pem'), SNICallback };
  const server = createServer(options, (request, response) => {
    heard.push(request.headers.host);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(server);
  const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
  const one = createSender({
    clock: systemClock,
    allowedCidrs: ['127.0.0.0/8'],
    names: { resolve, isWaiting: () => false },
    caCertificate: pem('authority.pem').toString('utf8'),
  });
  closing.push(one);
  const { port } = server.address() as AddressInfo;
  expect(await post(one, `https://localhost.:${port}/`)).toMatchObject({ kind: 'response', status: 200 });
  expect(heard).toEqual(['localhost', `localhost:${port}`]);
});

test('says that a name has no address', async () => {
  const one = createSender({
    clock: systemClock,
    allowedCidrs: [],
    names: {
      resolve: () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
      isWaiting: () => false,
    },
  });
  closing.push(one);
  expect(await post(one, 'https://receiver.example/')).toMatchObject({ kind: 'networkError', reason: 'nameNotFound' });
});
