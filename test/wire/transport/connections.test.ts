import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createConnections, type Connections, type ConnectionsOptions } from '../../../shared/transport/connections';
import { createTrust } from '../../../shared/transport/createTrust';
import { startScriptedServer, type Script } from '../../support/scriptedServer';

const pem = (name: string): string => readFileSync(join(__dirname, '../../fixtures/tls', name), 'utf8');

const open: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

function connections(options: Partial<ConnectionsOptions> = {}): Connections {
  const trust = createTrust(pem('authority.pem'), 'UCWA_CA_CERTIFICATE');
  const made = createConnections({ trust, idleMs: 60_000, ...options });
  open.push(made);
  return made;
}

const get = (from: Connections, origin: string) =>
  from.send(origin, { method: 'GET', path: '/' }, { maxBytes: 100 }).response;

/** A server, and from which port each request came. */
async function serve(script: Script): Promise<{ readonly origin: string; readonly ports: (number | undefined)[] }> {
  const ports: (number | undefined)[] = [];
  const server = await startScriptedServer((request, response) => {
    ports.push(response.socket?.remotePort);
    script(request, response);
  });
  open.push(server);
  return { origin: server.origin, ports };
}

test('of the connections that are released, as many are kept as may be idle', async () => {
  const held: ServerResponse[] = [];
  const { origin, ports } = await serve((_, response) => {
    if (held.push(response) % 3 === 0) for (const one of held.slice(-3)) one.end();
  });
  const from = connections({ maxIdle: 2 });
  for (let round = 0; round < 2; round += 1) await Promise.all([1, 2, 3].map(() => get(from, origin)));
  const [first, second] = [new Set(ports.slice(0, 3)), ports.slice(3)];
  expect(first.size).toBe(3);
  expect(second.filter((port) => first.has(port))).toHaveLength(2);
});

test('a connection is not used again that its server keeps for a second only', async () => {
  const { origin, ports } = await serve((_, response) => response.writeHead(200, { 'Keep-Alive': 'timeout=1' }).end());
  const from = connections();
  for (let count = 0; count < 2; count += 1) await get(from, origin);
  expect(new Set(ports).size).toBe(2);
});

test('the second connection to a server goes on with the TLS session of the first, by HTTP/1.1', async () => {
  const seen: { readonly isResumed: boolean; readonly protocol: unknown }[] = [];
  const server = createServer(
    { cert: pem('localhost.pem'), key: pem('localhost.key'), ALPNProtocols: ['h2', 'http/1.1'] },
    (_, response) => response.writeHead(200, { Connection: 'close' }).end(),
  ).on('secureConnection', (socket) =>
    seen.push({ isResumed: socket.isSessionReused(), protocol: socket.alpnProtocol }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  const from = connections();
  for (let count = 0; count < 2; count += 1)
    await get(from, `https://localhost:${(server.address() as AddressInfo).port}`);
  expect(seen).toEqual([
    { isResumed: false, protocol: 'http/1.1' },
    { isResumed: true, protocol: 'http/1.1' },
  ]);
});

test.each(['UCWA_CA_CERTIFICATE', 'WEBHOOK_CA_CERTIFICATE'])('a %s that is none is told by its name', (setting) => {
  expect(() => createTrust('none', setting)).toThrow(
    expect.objectContaining({ code: 'settingsInvalid', message: `${setting} is not a certificate in PEM form.` }),
  );
});
