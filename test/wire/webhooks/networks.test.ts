import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SenderOptions } from '../../../shared/webhooks/sender/sender';

/** Network namespaces need root and iproute2; without them nothing here can be seen. */
const canMakeNetworks = process.getuid?.() === 0 && existsSync('/usr/sbin/ip') && existsSync('/usr/bin/openssl');
const describeNetworks = canMakeNetworks ? describe : describe.skip;

const project = join(__dirname, '../../..');
const id = process.pid % 10_000;
const [near, far] = [`recvA${id}`, `recvB${id}`];
const [nearDevice, farDevice] = [`rva${id}`, `rvb${id}`];
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' });
const inside = (namespace: string, ...args: string[]): string => run('ip', 'netns', 'exec', namespace, ...args);
const typescript = ['-r', join(project, 'test/runTypeScript.cjs')];

describeNetworks('over real networks, with TLS and DNS', () => {
  let folder: string;
  let receivers: ChildProcess;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'networks-'));
    makeCertificates(folder);
    makeNetworks();
    receivers = spawn(
      'ip',
      [
        'netns',
        'exec',
        far,
        process.execPath,
        ...typescript,
        join(project, 'test/support/network/receivers.ts'),
        folder,
        farDevice,
      ],
      { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise<void>((resolve, reject) => {
      if (receivers.stdout !== null) createInterface({ input: receivers.stdout }).once('line', () => resolve());
      receivers.once('exit', (code) => reject(new Error(`The receivers ended: ${String(code)}`)));
    });
  });
  afterAll(() => {
    receivers.kill();
    for (const namespace of [near, far]) run('ip', 'netns', 'del', namespace);
    rmSync(`/etc/netns/${near}`, { recursive: true });
    rmSync(folder, { recursive: true });
  });

  const send = (urls: readonly string[], options: Partial<SenderOptions> = {}): unknown => {
    const caCertificate = readFileSync(join(folder, 'root.pem'), 'utf8');
    const input = JSON.stringify({ urls, options: { allowedCidrs: [], caCertificate, ...options } });
    const program = join(project, 'test/support/network/sendFrom.ts');
    return JSON.parse(inside(near, process.execPath, ...typescript, program, input));
  };

  test('a private authority is trusted where WEBHOOK_CA_CERTIFICATE has it, and not otherwise', () => {
    const urls = ['https://good.recv.example/hooks'];
    expect(send(urls)).toMatchObject([{ kind: 'response', status: 204 }]);
    const [refused] = send(urls, { caCertificate: undefined }) as unknown[];
    expect(refused).toMatchObject({ reason: 'tls', detail: expect.stringContaining('WEBHOOK_CA_CERTIFICATE') });
  });

  test.each([
    ['incomplete', /^UNABLE_TO_VERIFY_LEAF_SIGNATURE: .*must send the intermediate certificate/],
    ['othername', /^ERR_TLS_CERT_ALTNAME_INVALID: its certificate is for another name$/],
    ['expired', /^CERT_HAS_EXPIRED: its certificate has expired$/],
  ])('a certificate that is %s is told with what to do', (name, detail) => {
    expect(send([`https://${name}.recv.example/hooks`])).toMatchObject([
      { kind: 'networkError', reason: 'tls', detail: expect.stringMatching(detail) },
    ]);
  });

  test('a dual stack a second away is reached by IPv4 from a machine without IPv6', () => {
    expect(send(['https://dual.recv.example/hooks'])).toMatchObject([{ kind: 'response', status: 204 }]);
  });

  test('a name that is rebound is refused at its second connection', () => {
    const url = 'https://rebinding.recv.example/hooks';
    expect(send([url, url])).toMatchObject([
      { kind: 'response', status: 204 },
      { kind: 'networkError', reason: 'addressRefused', detail: '127.0.0.1 is not allowed: loopback' },
    ]);
  });

  test('http on port 80 is for names whose addresses are in WEBHOOK_ALLOWED_CIDRS', () => {
    const urls = ['http://plain.recv.example/hooks'];
    expect(send(urls, { allowedCidrs: ['45.33.0.0/16'] })).toMatchObject([{ kind: 'response', status: 204 }]);
    expect(send(urls, { allowedCidrs: ['10.0.0.0/8'] })).toMatchObject([
      { reason: 'addressRefused', detail: '45.33.0.2 is not in WEBHOOK_ALLOWED_CIDRS, to which http is limited' },
    ]);
    expect(send(urls)).toMatchObject([{ reason: 'addressRefused', detail: expect.stringContaining('must be https') }]);
  });

  test('a receiver with IPv6 alone is reached', () => {
    inside(near, 'ip', 'addr', 'add', '2a01:4f8::1/64', 'dev', nearDevice, 'nodad');
    expect(send(['https://six.recv.example/hooks'])).toMatchObject([{ kind: 'response', status: 204 }]);
  });

  function makeNetworks(): void {
    for (const namespace of [near, far]) {
      run('ip', 'netns', 'add', namespace);
      inside(namespace, 'ip', 'link', 'set', 'lo', 'up');
    }
    run('ip', 'link', 'add', nearDevice, 'type', 'veth', 'peer', 'name', farDevice);
    run('ip', 'link', 'set', nearDevice, 'netns', near);
    run('ip', 'link', 'set', farDevice, 'netns', far);
    for (const [namespace, device] of [
      [near, nearDevice],
      [far, farDevice],
    ] as const)
      inside(namespace, 'ip', 'link', 'set', device, 'up');
    inside(near, 'ip', 'addr', 'add', '45.33.0.1/16', 'dev', nearDevice);
    for (const address of ['45.33.0.2/16', '45.33.0.3/16', '45.33.0.53/16'])
      inside(far, 'ip', 'addr', 'add', address, 'dev', farDevice);
    inside(far, 'ip', 'addr', 'add', '2a01:4f8::2/64', 'dev', farDevice, 'nodad');
    mkdirSync(`/etc/netns/${near}`, { recursive: true });
    writeFileSync(`/etc/netns/${near}/resolv.conf`, 'nameserver 45.33.0.53\n');
  }
});

/** A root, an intermediate, and for each receiver what it shows: with the intermediate but for `incomplete`. */
function makeCertificates(folder: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'root.key',
    '-out',
    'root.pem',
    '-days',
    '9',
    '-subj',
    '/CN=Root',
  );
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'middle.key', '-out', 'middle.csr', '-subj', '/CN=Middle');
  writeFileSync(join(folder, 'ca.txt'), 'basicConstraints=critical,CA:true\n');
  openssl(
    'x509',
    '-req',
    '-in',
    'middle.csr',
    '-CA',
    'root.pem',
    '-CAkey',
    'root.key',
    '-CAcreateserial',
    '-days',
    '9',
    '-extfile',
    'ca.txt',
    '-out',
    'middle.pem',
  );
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'leaf.csr', '-subj', '/CN=receiver');
  const middle = readFileSync(join(folder, 'middle.pem'), 'utf8');
  const leaf = (name: string, host: string, notAfter: string): string => {
    writeFileSync(join(folder, 'leaf.txt'), `subjectAltName=DNS:${host}\n`);
    // `openssl ca` is the one that sets the end of a certificate to any time.
    writeFileSync(join(folder, 'index.txt'), '');
    writeFileSync(
      join(folder, 'ca.cnf'),
      '[ca]\ndefault_ca=a\n[a]\ndatabase=index.txt\nserial=serial.txt\nnew_certs_dir=.\npolicy=p\n' +
        'default_md=sha256\nunique_subject=no\n[p]\ncommonName=supplied\n',
    );
    writeFileSync(join(folder, 'serial.txt'), '01\n');
    openssl(
      'ca',
      '-batch',
      '-config',
      'ca.cnf',
      '-cert',
      'middle.pem',
      '-keyfile',
      'middle.key',
      '-in',
      'leaf.csr',
      '-extfile',
      'leaf.txt',
      '-startdate',
      '20200101000000Z',
      '-enddate',
      notAfter,
      '-notext',
      '-out',
      'leaf.crt',
    );
    const certificate = readFileSync(join(folder, 'leaf.crt'), 'utf8');
    writeFileSync(join(folder, `${name}.pem`), name === 'incomplete' ? certificate : certificate + middle);
    return certificate;
  };
  leaf('good', '*.recv.example', '20990101000000Z');
  leaf('incomplete', '*.recv.example', '20990101000000Z');
  leaf('othername', 'another.example', '20990101000000Z');
  leaf('expired', '*.recv.example', '20210101000000Z');
}
