import { readFile, rm, stat, mkdtemp, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { startServiceBus, type ServiceBus } from '../../../infra/local/service-bus/startServiceBus';
import { keepCertificate } from '../../../infra/local/service-bus/amqp/certificate';
import { localOnly } from './testBus';

const AMQP_HEADER = Buffer.from('AMQP\x00\x01\x00\x00', 'latin1');
const DAY_MS = 24 * 3600 * 1000;

localOnly('TLS on the port', () => {
  let folder: string;
  let bus: ServiceBus;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'service-bus-tls-'));
    bus = await startServiceBus({ config: join(__dirname, 'Config.json'), certificateFolder: folder });
  });
  afterAll(async () => {
    await bus.close();
    await rm(folder, { recursive: true });
  });

  const ca = (): Promise<string> => readFile(join(folder, 'certificate.pem'), 'utf8');

  test.each(['localhost', '127.0.0.1'])('AMQP within TLS, to %s, trusting the certificate alone', async (host) => {
    const socket = connect({ host, port: bus.port, ca: await ca(), ...(host === 'localhost' && { servername: host }) });
    socket.write(AMQP_HEADER);
    const answer = await new Promise<Buffer>((resolve, reject) => {
      socket.once('data', resolve);
      socket.once('error', reject);
    });
    expect(answer.subarray(0, 8)).toEqual(AMQP_HEADER);
    socket.destroy();
  });

  test('an administration client over HTTPS is told that there is none', async () => {
    const answer = await get(bus.port, await ca(), {});
    expect(answer).toMatchObject({ status: 501, text: expect.stringMatching(/administration API is not supported/) });
  });

  test('a client of AMQP over WebSockets is told that there is none', async () => {
    const answer = await get(bus.port, await ca(), { upgrade: 'websocket', connection: 'upgrade' });
    expect(answer).toMatchObject({ status: 501, text: expect.stringMatching(/WebSockets is not supported/) });
  });

  test('the connection string with TLS names the same port and no emulator', () => {
    expect(bus.tls?.connectionString).toBe(bus.connectionString.replace(';UseDevelopmentEmulator=true', ''));
    expect(bus.tls?.certificate).toBe(join(folder, 'certificate.pem'));
  });

  test('a bus on another address of this machine names it in both connection strings and in the certificate', async () => {
    const elsewhere = await mkdtemp(join(folder, 'host-'));
    const other = await startServiceBus({
      config: join(__dirname, 'Config.json'),
      host: '127.0.0.2',
      certificateFolder: elsewhere,
    });
    try {
      const endpoint = `Endpoint=sb://127.0.0.2:${String(other.port)};`;
      expect([other.connectionString, other.tls?.connectionString]).toEqual([
        expect.stringContaining(endpoint),
        expect.stringContaining(endpoint),
      ]);
      const socket = connect({
        host: '127.0.0.2',
        port: other.port,
        ca: await readFile(join(elsewhere, 'certificate.pem'), 'utf8'),
      });
      await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
      expect(socket.authorized).toBe(true);
      socket.destroy();
    } finally {
      await other.close();
    }
  });

  test('the key is readable by its user alone, and the certificate stays', async () => {
    expect((await stat(join(folder, 'certificate-key.pem'))).mode & 0o777).toBe(0o600);
    const before = await ca();
    await keepCertificate(folder, ['localhost', '127.0.0.1']);
    expect(await ca()).toBe(before);
  });

  test.each([
    ['it lacks a name', ['localhost', 'bus.contoso.com'], 0],
    ['it ends soon', ['localhost'], 3 * 365 * DAY_MS],
  ])('a certificate is made anew when %s', async (_, names, laterMs) => {
    const other = await mkdtemp(join(folder, 'other-'));
    const before = await keepCertificate(other, ['localhost']);
    const after = await keepCertificate(other, names, Date.now() + laterMs);
    expect(after.cert).not.toBe(before.cert);
    for (const name of names) expect(new X509Certificate(after.cert).checkHost(name)).toBe(name);
  });

  test('a certificate that is none is made anew', async () => {
    const other = await mkdtemp(join(folder, 'other-'));
    await keepCertificate(other, ['localhost']);
    await writeFile(join(other, 'certificate.pem'), 'nonsense');
    expect(
      new X509Certificate((await keepCertificate(other, ['localhost'])).cert).checkHost('localhost'),
    ).toBeDefined();
  });
});

function get(
  port: number,
  ca: string,
  headers: Record<string, string>,
): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ host: 'localhost', port, ca, headers, path: '/$Resources/queues' }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    call.on('error', reject);
    call.end();
  });
}
