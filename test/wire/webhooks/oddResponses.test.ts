import { systemClock } from '../../../shared/clock';
import { createNameResolver } from '../../../shared/webhooks/sender/nameResolver';
import { createSender, type Sender } from '../../../shared/webhooks/sender/sender';
import { createFakeClock } from '../../support/fakeClock';
import { startRawReceiver, type RawReceiver } from '../../support/rawReceiver';

const closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

function sender(clock = systemClock): Sender {
  const made = createSender({ clock, allowedCidrs: ['127.0.0.0/8'], names: createNameResolver({ clock }) });
  closing.push(made);
  return made;
}

async function receiver(respond: Parameters<typeof startRawReceiver>[0]): Promise<RawReceiver> {
  const started = await startRawReceiver(respond);
  closing.push(started);
  return started;
}

const post = (one: Sender, url: string) =>
  one.send({ method: 'POST', url, headers: {}, body: Buffer.from('{}'), timeoutMs: 5000 });

/** Responses that curl and Go's net/http take. */
test.each([
  ['headers of 100 KB', `HTTP/1.1 200 OK\r\nSet-Cookie: a=${'x'.repeat(100_000)}\r\nContent-Length: 0\r\n\r\n`],
  ['LF line ends', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
  [
    'a header over two lines',
    "HTTP/1.1 200 OK\r\nCSP: default-src 'self';\n script-src 'self'\r\nContent-Length: 0\r\n\r\n",
  ],
  [
    'Content-Length beside Transfer-Encoding',
    'HTTP/1.1 200 OK\r\nContent-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  ],
  ['the same length twice', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
  ['a blank in a header’s name', 'HTTP/1.1 200 OK\r\nX Bad: 1\r\nContent-Length: 0\r\n\r\n'],
  ['a control character in a value', 'HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 0\r\n\r\n'],
  ['two blanks before its status', 'HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['a header named after what every object has', 'HTTP/1.1 200 OK\r\nconstructor: 1\r\nContent-Length: 0\r\n\r\n'],
  ['100 before it that nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ['no reason phrase', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n'],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\n'],
  ['more than its length says', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more'],
  ['a length that is no number', 'HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok'],
  ['a line of blanks without end', `HTTP/1.1 200 OK\r\nContent-Length: two\r\na:${' '.repeat(60_000)}`],
  ['a value of blanks', `HTTP/1.1 200 OK\r\nContent-Length: two\r\na:b${' '.repeat(60_000)}c\r\n\r\n`],
  ['chunks that are none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok'],
])('a response 200 with %s is a response 200', async (_what, bytes) => {
  const server = await receiver((socket) => socket.end(bytes, 'latin1'));
  expect(await post(sender(), server.url)).toMatchObject({ kind: 'response', status: 200 });
});

test('the status line decides also where what follows comes line by line', async () => {
  const server = await receiver((socket) => {
    const lines = ['HTTP/1.1 503 Busy\r\n', 'Retry-After: 7\r\n', 'Content-Length: two\r\n'];
    const next = (): void => {
      const line = lines.shift();
      if (line !== undefined) socket.write(line, () => setImmediate(next));
    };
    next();
  });
  expect(await post(sender(), server.url)).toMatchObject({ kind: 'response', status: 503, retryAfter: '7' });
});

test('of a response that the parser refuses there are headers and body, as far as they came', async () => {
  const head = 'HTTP/1.1 429 Slow\nRetry-After: 7\nWebHook-Allowed-Origin: *\nretry-after: 8\nContent-Length: 8\n\n';
  const server = await receiver((socket) => socket.write(`${head}too fast`));
  expect(await post(sender(), server.url)).toMatchObject({
    status: 429,
    retryAfter: '7',
    body: 'too fast',
    headers: { 'webhook-allowed-origin': '*' },
  });
});

test('a 204 that names a length is whole without a body', async () => {
  const server = await receiver((socket) => socket.write('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n'));
  const clock = createFakeClock();
  const one = sender(clock);
  for (let count = 0; count < 2; count += 1)
    expect(await post(one, server.url)).toMatchObject({ status: 204, durationMs: 0 });
});

test.each([
  ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'invalidResponse'],
  ['half a status line', 'HTTP/1.1 2', 'connectionReset'],
  ['1xx without end', 'HTTP/1.1 103 x\r\n\r\n'.repeat(40_000), 'invalidResponse'],
  ['headers beyond 256 KiB without an end', `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(300_000)}`, undefined],
])('what cannot be read is a failure with its cause: %s', async (_what, bytes, reason) => {
  const server = await receiver((socket) => socket.end(bytes, 'latin1'));
  const result = await post(sender(), server.url);
  if (reason === undefined) expect(result).toMatchObject({ kind: 'response', status: 200 });
  else expect(result).toMatchObject({ kind: 'networkError', reason, detail: expect.stringMatching(/^[A-Z_]+/) });
});

test.each(['POST', 'OPTIONS'] as const)(
  '101 to %s is a response at once, and its connection is closed',
  async (method) => {
    const bytes = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    const server = await receiver((socket, count) =>
      socket.write(count === 1 ? bytes : 'HTTP/1.1 204 No Content\r\n\r\n'),
    );
    const clock = createFakeClock();
    const one = sender(clock);
    const request = { method, url: server.url, headers: {}, body: Buffer.from(''), timeoutMs: 5000 };
    expect(await one.send(request)).toMatchObject({ kind: 'response', status: 101 });
    expect(clock.sleepers()).toBe(0);
    expect(await one.send(request)).toMatchObject({ kind: 'response', status: 204 });
    expect(server.connections()).toBe(2);
  },
);

test('other 1xx responses are passed over', async () => {
  const server = await receiver((socket) =>
    socket.write('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n'),
  );
  expect(await post(sender(), server.url)).toMatchObject({ kind: 'response', status: 202 });
});

test('a body that stays open is left after 250 ms, and its connection is closed', async () => {
  const server = await receiver((socket) =>
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n'),
  );
  const clock = createFakeClock();
  const one = sender(clock);
  const sending = post(one, server.url);
  await server.received(1);
  await clock.asleep((ms) => ms === 250);
  await clock.advance(250);
  expect(await sending).toMatchObject({ kind: 'response', status: 200, body: 'ok', durationMs: 250 });
  expect(clock.sleepers()).toBe(0);
  void post(one, server.url);
  await server.received(2);
  expect(server.connections()).toBe(2);
});

test('the second try after a reset of an idle connection uses a new one, whatever is idle', async () => {
  const ok = 'HTTP/1.1 204 No Content\r\n\r\n';
  const held: (() => void)[] = [];
  const server = await receiver((socket, count) => {
    if (count <= 2) held.push(() => socket.write(ok));
    else if (count <= 4) socket.resetAndDestroy();
    else socket.write(ok);
  });
  const one = sender();
  const both = [post(one, server.url), post(one, server.url)];
  await server.received(2);
  for (const release of held) release();
  await Promise.all(both);
  // Two connections are idle, and the receiver resets both when they are used.
  expect(await post(one, server.url)).toMatchObject({ kind: 'networkError', reason: 'connectionReset' });
  expect([server.requests.length, server.connections()]).toEqual([4, 3]);
});

test('says who asks, and for what', async () => {
  const server = await receiver((socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
  await sender().send({
    method: 'POST',
    url: server.url,
    headers: { 'webhook-id': '1' },
    secretHeaders: { 'X-Key': 'k3y', 'User-Agent': 'theirs', 'webhook-id': '2' },
    body: Buffer.from('{}'),
    timeoutMs: 5000,
  });
  const lines = server.requests[0]?.toLowerCase().split('\r\n') ?? [];
  expect(lines).toEqual(
    expect.arrayContaining([
      'accept: */*',
      'accept-encoding: identity',
      'user-agent: theirs',
      'x-key: k3y',
      'webhook-id: 1',
    ]),
  );
  expect(lines.filter((line) => line.startsWith('webhook-id'))).toHaveLength(1);
  await post(sender(), server.url);
  expect(server.requests[1]).toMatch(/^User-Agent: ucwa-relay\/\d+\.\d+\.\d+$/m);
});

test('the target of a redirect is told as a URL is shown', async () => {
  const server = await receiver((socket) =>
    socket.write('HTTP/1.1 308 Moved\r\nLocation: /new/secret?sig=secret\r\nContent-Length: 0\r\n\r\n'),
  );
  expect(await post(sender(), server.url)).toMatchObject({
    status: 308,
    location: `http://127.0.0.1:${server.port}/new/REDACTED`,
  });
});
