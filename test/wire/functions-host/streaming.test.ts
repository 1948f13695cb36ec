import { request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { startReadyHost } from '../../support/functionsHost';
import { fixtureApp } from './fixtureApp';

let host: Awaited<ReturnType<typeof startReadyHost>>;

beforeAll(async () => {
  host = await startReadyHost({ appDirectory: fixtureApp('streaming') });
});

afterAll(async () => {
  await host.close();
});

/** Opens a POST whose body the test writes bit by bit. */
function openUpper(): ReturnType<typeof httpRequest> {
  return httpRequest(`${host.url}/api/upper/b%20c`, {
    method: 'POST',
    headers: { 'x-functions-key': host.functionsKey, 'x-given': 'yes' },
  });
}

test('an app that streams answers while the request is still being sent', async () => {
  const request = openUpper();
  request.write('first ');
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(201);
  expect(response.headers).toMatchObject({
    'content-type': 'text/plain',
    'x-name': 'b c',
    'x-given': 'yes',
    'transfer-encoding': 'chunked',
  });
  response.setEncoding('utf8');
  const chunks = response[Symbol.asyncIterator]();
  expect(await chunks.next()).toEqual({ value: 'FIRST ', done: false });
  request.end('second');
  expect(await chunks.next()).toEqual({ value: 'SECOND', done: false });
  expect(await chunks.next()).toEqual({ value: undefined, done: true });
});

test('a client that goes away ends the stream, and nothing else', async () => {
  const request = openUpper();
  request.on('error', () => undefined);
  request.write('first');
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  request.destroy();
  await host.line(/\[upper\] Invocation .* failed/);
  expect((await fetch(`${host.url}/api/fails`)).status).toBe(500);
});

test('a handler that throws answers 500', async () => {
  const response = await fetch(`${host.url}/api/fails`);
  expect([response.status, await response.text()]).toEqual([500, '']);
  expect(await host.line(/no stream today/)).toContain('[fails] Invocation');
});

test('a handler that returns nothing answers 500, and the log says what Azure would do', async () => {
  expect((await fetch(`${host.url}/api/forgets`)).status).toBe(500);
  expect(await host.line(/returned no response/)).toContain('[forgets]');
});

test('the key is asked for before anything is forwarded', async () => {
  expect((await fetch(`${host.url}/api/upper/x`, { method: 'POST', body: 'x' })).status).toBe(401);
});

test('no server of the host, nor the one of the library, is reachable from another machine', async () => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal);
  if (outside === undefined) return;
  const { port } = new URL(host.url);
  await expect(fetch(`http://${outside.address}:${port}/api/fails`)).rejects.toThrow('fetch failed');
});
