import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import axios from 'axios';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { systemClock } from '../../../shared/clock';
import type { Connections } from '../../../shared/transport/connections';
import { createHttpAdapter, createPoolConnections } from '../../../shared/ucwa/httpAdapter';
import { makeLoopbackRoundTrip } from '../../support/loopbackTraffic';
import { startScriptedServer, type Script, type ScriptedServer } from '../../support/scriptedServer';

const pem = (name: string): string => readFileSync(join(__dirname, '../../fixtures/tls', name), 'utf8');
const LIMIT_BYTES = 100_000;
const TEXT = '{"sender":[],"_links":{"next":{"href":"/events?ack=2"}}}'.repeat(50);

let connections: Connections;
const open: { close(): unknown }[] = [];

async function serve(script: Script): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  open.push(server);
  return server;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  return (server.address() as AddressInfo).port;
}

beforeEach(() => {
  connections = createPoolConnections(pem('authority.pem'));
  open.push(connections);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

const answering =
  (body: string | Buffer, headers: Record<string, string> = {}): Script =>
  (_, response) =>
    response.writeHead(200, { 'Content-Length': String(Buffer.byteLength(body)), ...headers }).end(body);
const begin = (response: ServerResponse, headers: Record<string, string>): void => {
  response.writeHead(200, headers).write(TEXT);
  setImmediate(() => response.destroy());
};

/** @param stops is handed what ends the exchange. */
const exchange = async (url: string, stops = (_stop: () => void): void => undefined) => {
  const stop = new AbortController();
  const exchanged = axios.request<string>({
    adapter: createHttpAdapter(connections, systemClock),
    url,
    headers: { Accept: 'application/json' },
    validateStatus: null,
    transformResponse: [],
    maxContentLength: LIMIT_BYTES,
    timeout: 60_000,
    signal: stop.signal,
  });
  stops(() => stop.abort());
  const { status, headers, data } = await exchanged;
  return { status, headers, text: data };
};

describe('the adapter', () => {
  test.each<[string, Script, string]>([
    ['of a known length', answering(TEXT), TEXT],
    [
      'in chunks',
      (_, response) =>
        ['a', 'b', TEXT].forEach((chunk, at) =>
          setImmediate(() => (at < 2 ? response.write(chunk) : response.end(chunk))),
        ),
      `ab${TEXT}`,
    ],
    [
      'that ends with the connection',
      (_, response) => response.writeHead(200, { Connection: 'close' }).end(TEXT),
      TEXT,
    ],
    ['in gzip', answering(gzipSync(TEXT), { 'Content-Encoding': 'gzip' }), TEXT],
    ['in gzip by its old name', answering(gzipSync(TEXT), { 'Content-Encoding': 'X-GZIP' }), TEXT],
    ['in deflate', answering(deflateSync(TEXT), { 'Content-Encoding': 'deflate' }), TEXT],
    ['in Brotli', answering(brotliCompressSync(TEXT), { 'Content-Encoding': 'br' }), TEXT],
    ['in an encoding that nobody knows', answering(TEXT, { 'Content-Encoding': 'zstd' }), TEXT],
    ['in one by the name of what every object has', answering(TEXT, { 'Content-Encoding': 'constructor' }), TEXT],
    ['that is called gzip and is empty', answering('', { 'Content-Encoding': 'gzip' }), ''],
    ['of three bytes in a character', answering('→'), '→'],
    ['beyond the limit', answering('x'.repeat(LIMIT_BYTES * 3)), 'x'.repeat(LIMIT_BYTES)],
    [
      'beyond the limit in gzip',
      answering(gzipSync('x'.repeat(LIMIT_BYTES * 3)), { 'Content-Encoding': 'gzip' }),
      'x'.repeat(LIMIT_BYTES),
    ],
  ])('reads a body %s, and the next one', async (_, script, text) => {
    const server = await serve(script);
    expect((await exchange(server.url)).text).toBe(text);
    expect((await exchange(server.url)).text).toBe(text);
  });

  test('reads as much as there is of a compressed body that was cut off', async () => {
    const whole = gzipSync(Array.from({ length: 5_000 }, (_, index) => index).join());
    const server = await serve(answering(whole.subarray(0, whole.length / 2), { 'Content-Encoding': 'gzip' }));
    expect((await exchange(server.url)).text).toMatch(/^0,1,2,3,4,/);
  });

  test('an answer without a body is one, whatever it says of its encoding', async () => {
    const server = await serve((_, response) => response.writeHead(204, { 'Content-Encoding': 'gzip' }).end());
    expect(await exchange(server.url)).toMatchObject({ status: 204, text: '' });
  });

  test('asks for what it was told to, for gzip, and follows no redirect', async () => {
    const server = await serve((_, response) => response.writeHead(302, { Location: '/elsewhere' }).end());
    expect((await exchange(`${server.url}events?ack=1&timeout=180`)).status).toBe(302);
    expect(server.requests).toMatchObject([
      {
        method: 'GET',
        path: '/events?ack=1&timeout=180',
        headers: { accept: 'application/json', 'accept-encoding': expect.stringContaining('gzip') },
      },
    ]);
  });

  test('a header that came several times has all of them, or the first where there can be one only', async () => {
    const server = await serve((_, response) =>
      response
        .writeHead(401, {
          'WWW-Authenticate': ['Bearer a="1"', 'MsRtcOAuth href="/t"'],
          'Set-Cookie': ['a=1', 'b=2'],
          'Content-Type': ['text/html', 'text/plain'],
        })
        .end(),
    );
    expect((await exchange(server.url)).headers).toMatchObject({
      'content-type': 'text/html',
      'www-authenticate': 'Bearer a="1", MsRtcOAuth href="/t"',
      'set-cookie': ['a=1', 'b=2'],
    });
  });

  test.each<[string, Script]>([
    ['before the answer', (_, response) => response.destroy()],
    ['within a body of a known length', (_, response) => begin(response, { 'Content-Length': '100000' })],
    ['within a chunked body', (_, response) => begin(response, {})],
    ['within a compressed body', (_, response) => begin(response, { 'Content-Encoding': 'gzip' })],
  ])('fails where the connection is cut %s', async (_, script) => {
    const server = await serve(script);
    await expect(exchange(server.url)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test.each<[string, string | Buffer, string]>([
    ['gzip', TEXT, 'gzip'],
    ['Brotli', TEXT, 'br'],
  ])('fails where a body is no %s', async (_, body, encoding) => {
    const server = await serve(answering(body, { 'Content-Encoding': encoding }));
    await expect(exchange(server.url)).rejects.toBeDefined();
  });

  test('fails where nobody listens, with the code that says so', async () => {
    const server = await startScriptedServer(() => undefined);
    await server.close();
    await expect(exchange(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('fails where the headers are beyond 16 KB, or no HTTP comes', async () => {
    const long = await serve((_, response) => response.writeHead(200, { 'X-Long': 'x'.repeat(17_000) }).end());
    await expect(exchange(long.url)).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_OVERFLOW' });
    const server = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      socket.end('SSH-2.0-OpenSSH_9.6\r\n');
    });
    await expect(exchange(`http://127.0.0.1:${await listen(server)}/`)).rejects.toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
    });
  });

  /** Sends these bytes for each request. */
  async function listenRaw(...pieces: string[]): Promise<string> {
    const server = createServer((socket) => {
      socket.setNoDelay().on('error', () => undefined);
      socket.on('data', () => {
        const [first = '', second = ''] = pieces;
        socket.write(first);
        void makeLoopbackRoundTrip().then(() => socket.write(second));
      });
    });
    return `http://127.0.0.1:${await listen(server)}/`;
  }
  const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

  test.each([
    ['100 before the response', ['HTTP/1.1 100 Continue\r\n\r\n', OK]],
    ['100 along with the response', [`HTTP/1.1 100 Continue\r\n\r\n${OK}`]],
    ['two of 100, with headers', [`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100\r\nServer: IIS\r\n\r\n${OK}`]],
    ['102', ['HTTP/1.1 102 Processing\r\n\r\n', OK]],
  ])('passes over what is only informational: %s', async (_, pieces) => {
    const url = await listenRaw(...pieces);
    for (let exchanges = 0; exchanges < 2; exchanges += 1)
      expect(await exchange(url)).toMatchObject({ status: 200, text: 'ok' });
  });

  test.each([204, 304])('a %i that names a length is whole without a body', async (status) => {
    const url = await listenRaw(`HTTP/1.1 ${status} Nothing\r\nContent-Length: 5\r\n\r\n`);
    expect(await exchange(url)).toMatchObject({ status, text: '' });
  });

  test('opens a connection again that the server has closed while it was idle', async () => {
    let closeIdle = (): void => undefined;
    const server = await serve((_, response) => {
      const { socket } = response;
      closeIdle = () => void socket?.destroy();
      response.end(TEXT);
    });
    for (let exchanges = 0; exchanges < 3; exchanges += 1) {
      expect((await exchange(server.url)).text).toBe(TEXT);
      closeIdle();
      await makeLoopbackRoundTrip();
    }
  });

  test('a switch of protocols that nobody asked for is an error, not a wait', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    const url = `http://127.0.0.1:${await listen(server)}/`;
    await expect(exchange(url)).rejects.toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
  });

  test('after a 5xx the connection is closed, and only then', async () => {
    const ports: (number | undefined)[] = [];
    const statuses = [200, 503, 404, 200, 500, 200];
    const server = await serve((_, response) => {
      ports.push(response.socket?.remotePort);
      response.writeHead(statuses[ports.length - 1] ?? 200).end('x');
    });
    for (const status of statuses) expect((await exchange(server.url)).status).toBe(status);
    expect(ports.slice(1).map((port, index) => port === ports[index])).toEqual([true, false, true, true, false]);
  });

  test('what is sent right after a 5xx gets a connection that is open, also where another is idle', async () => {
    const first: ServerResponse[] = [];
    const statuses = [502, 200];
    const server = await serve((_, response) => {
      if (first.push(response) > 2) response.writeHead(statuses.shift() ?? 200).end('x');
      else if (first.length === 2) for (const one of first) one.end('x');
    });
    await Promise.all([exchange(server.url), exchange(server.url)]); // two connections, idle now
    expect((await exchange(server.url)).status).toBe(502);
    expect((await exchange(server.url)).status).toBe(200);
  });

  describe('ends at once, connection and all, when it is stopped', () => {
    let stop = (): void => undefined;
    const keep = (given: () => void): void => void (stop = given);
    const ended = async (url: string, whenClosed: Promise<unknown>): Promise<void> => {
      await expect(exchange(url, keep)).rejects.toBeDefined();
      await whenClosed;
    };

    test('before it begins', async () => {
      const server = await serve(answering(TEXT));
      await expect(exchange(server.url, (given) => given())).rejects.toBeDefined();
    });

    test('while connecting', async () => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined).once('data', () => stop()); // our half of a handshake
      });
      const closed = once(server, 'connection').then(([socket]) => once(socket as Socket, 'close'));
      await ended(`https://127.0.0.1:${await listen(server)}/`, closed);
    });

    test.each<[string, (response: ServerResponse) => unknown]>([
      ['waiting', () => undefined],
      ['reading', (response) => response.writeHead(200, { 'Content-Length': '100' }).write('x')],
    ])('while %s', async (_, answer) => {
      let left = (): void => undefined;
      const closed = new Promise<void>((resolve) => (left = resolve));
      const server = await serve((_request, response) => {
        answer(response);
        response.once('close', () => left());
        setImmediate(() => stop());
      });
      await ended(server.url, closed);
    });
  });

  test('trusts a private authority where that is configured, and nobody else', async () => {
    const server = createTlsServer({ cert: pem('localhost.pem'), key: pem('localhost.key') }, (_, response) =>
      response.end(TEXT),
    );
    const url = `https://localhost:${await listen(server)}/`;
    expect((await exchange(url)).text).toBe(TEXT);
    connections.close();
    connections = createPoolConnections(undefined);
    open.push(connections);
    await expect(exchange(url)).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });
});
