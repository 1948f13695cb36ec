import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import path from 'node:path';
import type { StepReport } from '../../../shared/doctor/stepReport';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { sendJson, startScriptedServer } from '../../support/scriptedServer';
import { startTestUcwa } from '../../support/ucwaSimulator';
import { failedOf, startDoctor, stepOf } from './testDoctor';

const pem = (name: string): string => readFileSync(path.join(__dirname, '../../fixtures/tls', name), 'utf8');
const authority = pem('authority.pem');

let clock: FakeClock;
const closing: (() => Promise<void>)[] = [];
beforeEach(() => (clock = createFakeClock(Date.now())));
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

/** Listens on this machine for the time of the test; resolves with the port. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, () => resolve()));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return (server.address() as AddressInfo).port;
}

/** A web server with that certificate, which knows nothing of UCWA. */
function serve(certificate: 'localhost' | 'expired'): Promise<number> {
  return listen(
    createTlsServer({ key: pem(`${certificate}.key`), cert: pem(`${certificate}.pem`) }, (_, response) =>
      response.writeHead(404).end(),
    ),
  );
}

async function checkAt(url: string, caCertificate?: string): Promise<readonly StepReport[]> {
  return startDoctor(url, { clock, checkedAccount: { caCertificate } }).steps;
}

test.each([
  [
    'a private authority that is not known',
    'localhost',
    'localhost',
    undefined,
    /^localhost:\d+: localhost, issued by Test authority of ucwa-relay, valid until 2120-01-01, for this name, not trusted \(\w+\)$/,
    /UCWA_CA_CERTIFICATE/,
  ],
  [
    'another name',
    'localhost',
    '127.0.0.1',
    authority,
    /not for this name, not trusted \(ERR_TLS_CERT_ALTNAME_INVALID\)$/,
    /a name that the certificate is for/,
  ],
  [
    'its time is over',
    'expired',
    'localhost',
    pem('expired.pem'),
    /expired on 2021-01-01, for this name, not trusted \(CERT_HAS_EXPIRED\)$/,
    /^Renew the certificate/,
  ],
] as const)(
  '%s: told with what to do, and nothing is sent there',
  async (_, certificate, host, caCertificate, fact, whatToDo) => {
    const port = await serve(certificate);
    const steps = await checkAt(`https://${host}:${port}/`, caCertificate);
    expect(failedOf(steps)).toEqual(['certificate']);
    expect(stepOf(steps, 'certificate')).toMatchObject({
      fact: expect.stringMatching(fact),
      whatToDo: expect.stringMatching(whatToDo),
    });
    expect(stepOf(steps, 'discovery')).toMatchObject({ outcome: 'skipped', fact: 'not tried: certificate failed' });
  },
);

test('a private authority that is known', async () => {
  const steps = await checkAt(`https://localhost:${await serve('localhost')}/`, authority);
  expect(stepOf(steps, 'certificate')).toMatchObject({
    outcome: 'passed',
    fact: expect.stringMatching(/valid until 2120-01-01, for this name, trusted$/),
  });
  expect(failedOf(steps)).toEqual(['discovery']); // there is none at a server that answers 404
});

test('one that will soon be over is told of', async () => {
  clock = createFakeClock(Date.UTC(2119, 11, 15));
  const steps = await checkAt(`https://localhost:${await serve('localhost')}/`, authority);
  expect(stepOf(steps, 'certificate').fact).toContain('valid until 2120-01-01 (in 17 days: renew it)');
});

test('one that is not trusted, where discovery leads on to', async () => {
  const ucwa = await startTestUcwa({ clock });
  closing.push(() => ucwa.close());
  ucwa.fault({ kind: 'discoveryRedirect', to: `https://localhost:${await serve('localhost')}/` });
  const steps = await checkAt(ucwa.url);
  expect(failedOf(steps)).toEqual(['discovery']);
  expect(stepOf(steps, 'discovery')).toMatchObject({
    fact: expect.stringMatching(/^Skype for Business at localhost:\d+ .*not trusted/),
    whatToDo: expect.stringContaining('UCWA_CA_CERTIFICATE'),
  });
});

test.each([
  ['is not trusted', undefined, 'pool certificate', 'failed'],
  ['is trusted', authority, 'pool certificate', 'passed'],
] as const)('the pool’s own, where it is not the discovery’s host: %s', async (_, caCertificate, name, outcome) => {
  const applications = `https://localhost:${await serve('localhost')}/ucwa/oauth/v1/applications`;
  const discovery = await startScriptedServer((__, response) =>
    sendJson(response, 200, { _links: { applications: { href: applications } } }),
  );
  closing.push(() => discovery.close());
  const steps = await checkAt(discovery.url, caCertificate);
  expect(stepOf(steps, name)).toMatchObject({
    outcome,
    fact: expect.stringContaining('issued by Test authority of ucwa-relay'),
  });
  expect(stepOf(steps, 'application').outcome).toBe(outcome === 'passed' ? 'failed' : 'skipped'); // it answers 404 to everything
});

test('a server that speaks no TLS', async () => {
  const port = await listen(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  const steps = await checkAt(`https://localhost:${port}/`);
  expect(stepOf(steps, 'certificate')).toMatchObject({
    outcome: 'failed',
    fact: expect.stringContaining('cannot be spoken to over TLS'),
    whatToDo: expect.stringContaining('speaks TLS 1.2'),
  });
});

test('a server that says nothing: 15 s are enough', async () => {
  const silent = createServer();
  const connected = new Promise((resolve) => silent.once('connection', resolve));
  const doctor = startDoctor(`https://localhost:${await listen(silent)}/`, { clock });
  await connected;
  await clock.advance(15_000);
  expect(stepOf(await doctor.steps, 'certificate')).toMatchObject({
    outcome: 'failed',
    fact: expect.stringMatching(/does not answer$/),
    whatToDo: expect.stringContaining('firewall'),
    durationMs: 15_000,
  });
});
