import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startReadyHost } from '../../support/functionsHost';
import { fixtureApp } from './fixtureApp';

type Host = Awaited<ReturnType<typeof startReadyHost>>;

let host: Host;
/** What the other server was asked. */
const forwarded: string[] = [];
const other = createServer((request, response) => {
  void text(request).then((body) => {
    forwarded.push(`${String(request.method)} ${String(request.url)} ${body}`);
    response.writeHead(201, { 'content-type': 'application/json', 'x-other': 'yes' }).end('{"rings":true}');
  });
});

beforeAll(async () => {
  await once(other.listen(0, '127.0.0.1'), 'listening');
  const { port } = other.address() as AddressInfo;
  host = await startReadyHost({
    appDirectory: fixtureApp('http'),
    settings: {
      GIVEN_SETTING: 'from the settings',
      'AzureWebJobs.off.Disabled': 'true',
      FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '2000000',
    },
    args: ['--key', 'the key', '--forward', `/local/sim=http://127.0.0.1:${String(port)}/sim`],
  });
});

afterAll(async () => {
  await host.close();
  other.close();
});

const call = (path: string, init?: RequestInit): Promise<Response> => fetch(`${host.url}${path}`, init);

/** Sends these bytes and resolves with all that comes back until the connection ends. */
async function raw(request: string): Promise<string> {
  const socket = connect(Number(new URL(host.url).port), '127.0.0.1');
  socket.write(request, 'latin1');
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

describe('routes', () => {
  test.each([
    ['a parameter', '/api/items/7', { name: 'item', params: { id: '7' } }],
    ['its name, before another whose route fits too', '/api/items/search', { name: 'firstSearch', params: {} }],
    ['a literal without regard to case', '/API/Items/SEARCH', { name: 'firstSearch', params: {} }],
    ['its name, though a literal fits better', '/api/items/found', { name: 'item', params: { id: 'found' } }],
    ['an optional parameter that is there', '/api/items/7/pages/3', { name: 'itemPage', params: { id: '7', n: '3' } }],
    ['an optional parameter that is not', '/api/items/7/pages', { name: 'itemPage', params: { id: '7' } }],
    [
      'the rest where the constraint fails',
      '/api/items/7/pages/x',
      { name: 'someItem', params: { rest: '7/pages/x' } },
    ],
    ['a rest that is empty', '/api/files', { name: 'files', params: {} }],
    ['a slash at the end', '/api/items/7/', { name: 'item', params: { id: '7' } }],
    [
      'percent-encoding, but for the slash',
      '/api/items/a%20b%2Fc%2fd%C3%A9',
      { name: 'item', params: { id: 'a b%2Fc%2fdé' } },
    ],
    ['encoding that is not valid as it came', '/api/items/%E0%A4', { name: 'item', params: { id: '%E0%A4' } }],
    ['the name where no route is given', '/api/noRoute', { name: 'noRoute', params: {} }],
  ])('find the function by %s', async (_, path, expected) => {
    const response = await call(path);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ ...expected, url: `${host.url}${path}` });
  });

  test('distinguish methods', async () => {
    const response = await call('/api/items/7', { method: 'PUT' });
    expect(await response.json()).toMatchObject({ name: 'itemMake', method: 'PUT' });
  });

  test('leave a method that one has not to the next that fits', async () => {
    const response = await call('/api/items/7', { method: 'PATCH' });
    expect(await response.json()).toMatchObject({ name: 'someItem', params: { rest: '7' } });
  });

  test('hand several values of a query parameter over as one', async () => {
    const response = await call('/api/items/7?a=1&b=%26&a=2&empty=');
    expect(await response.json()).toMatchObject({ query: { a: '1,2', b: '&', empty: '' } });
  });

  test.each([
    ['an unknown path', '/api/unknown', 'GET'],
    ['a path outside of the prefix', '/items/7', 'GET'],
    ['a known path with another method', '/api/items/7', 'DELETE'],
    ['a function that is disabled', '/api/off', 'GET'],
  ])('answer 404 for %s', async (_, path, method) => {
    const response = await call(path, { method });
    expect([response.status, await response.text()]).toEqual([404, '']);
  });
});

describe('what Azure takes or refuses before a function sees it', () => {
  const statusOf = async (target: string, headers = ''): Promise<string | undefined> =>
    /^HTTP\/1\.1 (\d+)/.exec(
      await raw(`GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}Connection: close\r\n\r\n`),
    )?.[1];

  test.each([
    ['a home page', '/', '', '200'],
    ['points in the path, which are removed first', '/api/x/../items/7', '', '200'],
    ['encoded points', '/api/items/%2e%2e', '', '404'],
    ['an encoded zero', '/api/items/%00', '', '400'],
    ['a header beyond ASCII', '/api/items/7', 'X-Name: J\u00f6rg\r\n', '400'],
    ['the key twice', '/api/locked', 'x-functions-key: the key\r\nx-functions-key: another\r\n', '200'],
    ['the key second', '/api/locked', 'x-functions-key: another\r\nx-functions-key: the key\r\n', '401'],
  ])('%s', async (_, target, headers, status) => {
    expect(await statusOf(target, headers)).toBe(status);
  });
});

describe('keys', () => {
  test.each([
    ['none', '/api/locked', {}, 401],
    ['a wrong one', '/api/locked', { 'x-functions-key': 'the kez' }, 401],
    ['the right one as a header', '/api/locked', { 'x-functions-key': 'the key' }, 200],
    ['the right one as code', '/api/locked?code=the+key', {}, 200],
    ['none at level admin', '/api/masterOnly', {}, 401],
    ['the right one at level admin', '/api/masterOnly', { 'x-functions-key': 'the key' }, 200],
    ['none, for the admin routes', '/admin/functions', {}, 401],
  ])('%s', async (_, path, headers: Record<string, string>, status) => {
    expect((await call(path, { headers })).status).toBe(status);
  });
});

describe('invocations', () => {
  test('carry body, headers and status both ways, byte for byte', async () => {
    const body = Buffer.from([0, 255, 10, 13, 128]);
    const response = await call('/api/echo', { method: 'POST', body, headers: { 'x-given': 'yes' } });
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('x-given')).toBe('yes');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(body);
  });

  test('send cookies one header each', async () => {
    const response = await call('/api/echo', { method: 'POST' });
    expect(response.headers.getSetCookie()).toEqual([
      'a=1%202; Path=/; HttpOnly; SameSite=Lax',
      'b=2; Max-Age=60; Secure',
    ]);
  });

  test('fail with 500 for a body over the limit', async () => {
    expect((await call('/api/echo', { method: 'POST', body: Buffer.alloc(1_999_999) })).status).toBe(201);
    const tooLarge = await call('/api/echo', { method: 'POST', body: Buffer.alloc(2_000_001) });
    expect([tooLarge.status, await tooLarge.text()]).toEqual([500, '']);
  });

  test('never get a body that was sent without its length', async () => {
    const answer = await raw(
      'POST /api/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nX-Given: yes\r\nConnection: ' +
        'close\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(answer).toMatch(/\r\n\r\n0\r\n\r\n$/);
  });

  test('are answered in chunks, without a length', async () => {
    const response = await call('/api/setting');
    expect([response.headers.get('transfer-encoding'), response.headers.get('content-length')]).toEqual([
      'chunked',
      null,
    ]);
  });

  test('that return nothing answer 204', async () => {
    expect((await call('/api/nothing')).status).toBe(204);
  });

  test('that throw answer 500 without a body and are one line in the log', async () => {
    const response = await call('/api/fails');
    expect([response.status, await response.text()]).toEqual([500, '']);
    expect(await host.line(/broken/)).toMatch(/^error: \[fails\] Invocation [-\da-f]{36} failed: broken in two lines$/);
  });

  test('have a context with a log, an id and the trace of the caller', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const response = await call('/api/context', { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } });
    expect(await response.json()).toEqual({
      functionName: 'context',
      invocationId: expect.stringMatching(/^[-\da-f]{36}$/) as string,
      traceParent: expect.stringMatching(new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[\\da-f]{16}-01$`)) as string,
    });
    expect(await host.line(/said/)).toBe("[context] said { by: 'the handler' }");
    expect(await host.line(/careful/)).toBe('warning: [context] careful');
  });

  test('see the app settings as environment', async () => {
    expect(await (await call('/api/setting')).text()).toBe('from the settings');
  });

  test('survive a client that goes away, before its body is complete and after', async () => {
    const { port } = new URL(host.url);
    const halfSent = connect(Number(port), '127.0.0.1');
    halfSent.write('POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf');
    halfSent.destroy();

    const gone = new AbortController();
    const slow = call('/api/slow', { signal: gone.signal });
    await host.line(/slow has begun/);
    gone.abort();
    await expect(slow).rejects.toThrow('aborted');
    await call('/api/release', { method: 'POST' });
    await host.line(/slow has ended/);
    expect((await call('/api/setting')).status).toBe(200);
  });
});

test('GET /admin/functions lists the functions with their triggers', async () => {
  const response = await call('/admin/functions?code=the+key');
  expect(await response.json()).toContainEqual({
    name: 'itemMake',
    type: 'httpTrigger',
    route: 'api/items/{id}',
    trigger: { route: 'items/{id}', methods: ['POST', 'PUT'], authLevel: 'anonymous' },
  });
});

test('the port that was asked for is taken: the next free one is used, and the host says so', async () => {
  const { port: taken } = new URL(host.url);
  const second = await startReadyHost({ appDirectory: fixtureApp('http'), args: ['--port', taken] });
  const { port } = new URL(second.url);
  expect(Number(port)).toBeGreaterThan(Number(taken));
  expect(await second.line(/^warning: Port/)).toBe(`warning: Port ${taken} is taken; using ${port}.`);
  await second.close();
});

test('a host that nobody gave a key makes one up and prints it', async () => {
  const second = await startReadyHost({ appDirectory: fixtureApp('http') });
  expect(second.functionsKey).toMatch(/^[\w-]{32}$/);
  expect(await second.line(/^Key/)).toContain(second.functionsKey);
  await second.close();
});

describe('a path that is passed on to another server', () => {
  const post = (path: string, contentType: string): Promise<Response> =>
    call(path, { method: 'POST', headers: { 'content-type': contentType }, body: '{"from":"Alice"}' });

  test('has its answers', async () => {
    const answer = await post('/local/sim/calls', 'application/json');
    expect([answer.status, answer.headers.get('x-other'), await answer.json()]).toEqual([201, 'yes', { rings: true }]);
    expect(forwarded).toEqual(['POST /sim/calls {"from":"Alice"}']);
  });

  test('takes nothing that a page of another origin can send unasked, and nothing beside it', async () => {
    const before = forwarded.length;
    expect((await post('/local/sim/calls', 'text/plain')).status).toBe(415);
    expect((await call('/local/sim/calls')).status).toBe(404);
    expect((await call('/local/sim/calls', { method: 'OPTIONS' })).status).toBe(404);
    expect((await post('/local/simulator', 'application/json')).status).toBe(404);
    expect((await post('/local/sim/../other', 'application/json')).status).toBe(404);
    expect(forwarded.length).toBe(before);
  });
});

test('the server listens on loopback only', async () => {
  const { port } = new URL(host.url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  expect(socket.remoteAddress).toBe('127.0.0.1');
  socket.destroy();
});
