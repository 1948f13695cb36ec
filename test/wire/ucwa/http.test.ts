import { version } from '../../../package.json';
import { readFileSync } from 'node:fs';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createUcwaHttp, MAX_RESPONSE_BYTES, type HttpRequest, type UcwaHttp } from '../../../shared/ucwa/http';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { livingObjects } from '../../support/livingObjects';
import { startScriptedServer, type Script, type ScriptedServer } from '../../support/scriptedServer';

const pem = (name: string): string => readFileSync(join(__dirname, '../../fixtures/tls', name), 'utf8');

let clock: FakeClock;
let http: UcwaHttp;
const open: { close(): unknown }[] = [];

async function serve(script: Script): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  open.push(server);
  return server;
}
const get = (url: string, more: Partial<HttpRequest> = {}) =>
  http.request({ method: 'GET', url, timeoutMs: 10_000, ...more });

beforeEach(() => {
  clock = createFakeClock();
  http = createUcwaHttp({ clock });
  open.push(http);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

test.each([200, 204, 302, 404, 500])('an answer of %i is an answer', async (status) => {
  const server = await serve((_, response) =>
    response.writeHead(status, { Location: 'https://elsewhere.example/', 'X-MS-Server-Fqdn': 'fe1' }).end(),
  );
  expect(await get(server.url)).toMatchObject({
    status,
    headers: { location: 'https://elsewhere.example/', 'x-ms-server-fqdn': 'fe1' },
    contentType: '',
    text: '',
  });
});

test('several challenges are one header', async () => {
  const server = await serve((_, response) =>
    response.writeHead(401, { 'WWW-Authenticate': ['Bearer a="1"', 'MsRtcOAuth href="/t"'] }).end(),
  );
  expect((await get(server.url)).headers['www-authenticate']).toBe('Bearer a="1", MsRtcOAuth href="/t"');
});

test('sends body and headers as they are, and an empty POST with its length', async () => {
  const server = await serve((_, response) => response.end());
  await http.request({
    method: 'POST',
    url: server.url,
    headers: { 'Content-Type': 'application/sdp' },
    body: 'v=0\r\n',
    timeoutMs: 1_000,
  });
  await http.request({ method: 'POST', url: server.url, timeoutMs: 1_000 });
  expect(server.requests).toMatchObject([
    { body: 'v=0\r\n', headers: { 'content-type': 'application/sdp', 'user-agent': `ucwa-relay/${version}` } },
    { body: '', headers: { 'content-length': '0' } },
  ]);
  expect(server.requests[1]?.headers).not.toHaveProperty('content-type');
});

test('a JSON text is handed on as it came, byte order mark and all', async () => {
  const server = await serve((_, response) =>
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('\uFEFF{"a" : 1}'),
  );
  expect((await get(server.url)).text.replace('\uFEFF', '')).toBe('{"a" : 1}');
});

test.each([
  ['as it is', (bytes: Buffer) => bytes, {}],
  ['compressed', (bytes: Buffer) => gzipSync(bytes), { 'Content-Encoding': 'gzip' }],
])('a body beyond the limit is cut off: %s', async (_, encode, headers) => {
  const server = await serve((_request, response) =>
    response.writeHead(200, headers).end(encode(Buffer.alloc(MAX_RESPONSE_BYTES * 3, 'x'))),
  );
  expect((await get(server.url)).text).toHaveLength(MAX_RESPONSE_BYTES);
  expect((await get(server.url)).status).toBe(200);
});

test('connections are kept and shared', async () => {
  const ports = new Set<number | undefined>();
  const server = await serve((_, response) => {
    ports.add(response.socket?.remotePort);
    response.end();
  });
  for (let request = 0; request < 5; request += 1) await get(server.url);
  expect(ports.size).toBe(1);
});

type RequestClass = abstract new () => object;

/**
 * Opens ten connections, which are kept, and has them do one more exchange each: how many requests are alive then. A
 * client that kept the first would keep ten.
 */
async function livingRequests(url: string, through: UcwaHttp): Promise<number> {
  let requestClass: RequestClass | undefined;
  const created = (message: unknown): void => {
    requestClass = (message as { readonly request: { readonly constructor: RequestClass } }).request.constructor;
  };
  subscribe('undici:request:create', created);
  for (let round = 0; round < 2; round += 1)
    await Promise.all(Array.from({ length: 10 }, () => through.request({ method: 'GET', url, timeoutMs: 1_000 })));
  unsubscribe('undici:request:create', created);
  if (requestClass === undefined) throw new Error('No request was made.');
  return livingObjects(requestClass);
}

test('a connection that is kept does not keep the exchange that opened it', async () => {
  const server = await serve((_, response) => response.end());
  expect(await livingRequests(server.url, http)).toBeLessThan(5);
});

test('a proxy of the environment is not used', async () => {
  const { HTTP_PROXY } = process.env;
  process.env['HTTP_PROXY'] = 'http://127.0.0.1:1';
  try {
    const server = await serve((_, response) => response.end('direct'));
    expect((await get(server.url)).text).toBe('direct');
  } finally {
    if (HTTP_PROXY === undefined) delete process.env['HTTP_PROXY'];
    else process.env['HTTP_PROXY'] = HTTP_PROXY;
  }
});

describe('time', () => {
  test.each([
    ['before the answer', () => undefined],
    ['within the body', (_: unknown, response: { write(text: string): unknown }) => response.write('x')],
  ] as [string, Script][])('an exchange that takes too long ends %s', async (_, script) => {
    const server = await serve(script);
    const answer = get(server.url, { timeoutMs: 7_000 });
    const failed = expect(answer).rejects.toMatchObject({
      code: 'upstreamTimeout',
      message: expect.stringContaining('within 7 seconds') as string,
    });
    await clock.advance(6_999);
    expect(clock.sleepers()).toBe(1);
    await clock.advance(1);
    await failed;
  });

  test('a caller’s signal ends it at once, and nothing is left asleep', async () => {
    const server = await serve(() => undefined);
    const controller = new AbortController();
    const answer = get(server.url, { signal: controller.signal });
    await clock.advance(100);
    controller.abort();
    await expect(answer).rejects.toMatchObject({ code: 'upstreamTimeout' });
    await expect(get(server.url, { signal: controller.signal })).rejects.toMatchObject({ code: 'upstreamTimeout' });
    expect(clock.sleepers()).toBe(0);
  });

  test('closing ends what is in flight', async () => {
    const server = await serve(() => undefined);
    const answer = get(server.url);
    await clock.advance(100);
    http.close();
    await expect(answer).rejects.toMatchObject({ code: 'upstreamFailed' });
    expect(clock.sleepers()).toBe(0);
  });
});

describe('what goes wrong on the way', () => {
  test('nobody listens', async () => {
    const server = await startScriptedServer(() => undefined);
    await server.close();
    await expect(get(server.url)).rejects.toMatchObject({
      code: 'upstreamFailed',
      retryable: true,
      extensions: { networkCode: 'ECONNREFUSED' },
    });
  });

  test.each([
    ['before the answer', (_: unknown, response: { destroy(): unknown }) => response.destroy()],
    [
      'within the body',
      (
        _: unknown,
        response: { writeHead(status: number, headers: object): { write(text: string): unknown }; destroy(): unknown },
      ) => {
        response.writeHead(200, { 'Content-Length': '100' }).write('x');
        setImmediate(() => response.destroy());
      },
    ],
  ] as [string, Script][])('the connection is cut %s', async (_, script) => {
    const server = await serve(script);
    await expect(get(server.url)).rejects.toMatchObject({
      code: 'upstreamFailed',
      extensions: { host: new URL(server.url).host },
    });
  });
});

describe('TLS', () => {
  async function serveTls(): Promise<number> {
    const server = createServer({ cert: pem('localhost.pem'), key: pem('localhost.key') }, (_, response) =>
      response.end('safe'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({
      close: () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    });
    return (server.address() as AddressInfo).port;
  }
  const trusting = (): UcwaHttp => {
    const trusted = createUcwaHttp({ clock, caCertificate: pem('authority.pem') });
    open.push(trusted);
    return trusted;
  };

  test('a private authority is trusted where it is configured', async () => {
    const port = await serveTls();
    await expect(
      trusting().request({ method: 'GET', url: `https://localhost:${port}/`, timeoutMs: 1_000 }),
    ).resolves.toMatchObject({ text: 'safe' });
  });

  test('a connection that is kept does not keep the exchange that opened it', async () => {
    const [url, through] = [`https://localhost:${await serveTls()}/`, trusting()];
    expect(await livingRequests(url, through)).toBeLessThan(5);
  });

  test('and not elsewhere; the error says what to do', async () => {
    const port = await serveTls();
    await expect(get(`https://localhost:${port}/`)).rejects.toThrow('put its issuer into UCWA_CA_CERTIFICATE');
  });

  test('a certificate for another name is refused; the error says so', async () => {
    const port = await serveTls();
    await expect(
      trusting().request({ method: 'GET', url: `https://127.0.0.1:${port}/`, timeoutMs: 1_000 }),
    ).rejects.toThrow('its certificate is for another name');
  });

  test('what is no certificate is a setting that is not valid', () => {
    expect(() =>
      createUcwaHttp({ clock, caCertificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }),
    ).toThrow(expect.objectContaining({ code: 'settingsInvalid' }) as Error);
  });
});
