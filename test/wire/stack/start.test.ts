import { spawnSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import axios from 'axios';
import { toolScript } from '../../../infra/local/start/projectFolder';
import { createSimulator } from '../../../infra/local/start/simulator';
import type { StackFacts } from '../../../infra/local/start/stackFile';
import { startTestStorage } from '../../support/azurite';
import { startTestServiceBus } from '../../support/serviceBus';
import { anyPorts, createStackFolder, runCommand, type CommandRun, type StackFolder } from '../../support/stack';
import { startTestUcwa } from '../../support/ucwaSimulator';

/** A port that is taken, and the way to give it back. */
async function takePort(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
const portOf = (server: Pick<Server, 'address'>): number => (server.address() as AddressInfo).port;

/** Resolves when the process that listens there has ended, and with it the connection. */
async function whenGone(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  await new Promise((resolve) => socket.once('close', resolve).resume());
}

const portsOf = (facts: StackFacts): number[] =>
  [
    facts.functionsUrl,
    facts.ucwaUrl,
    facts.receiverUrl,
    ...(facts.storageConnection?.match(/http:[^/]*\/\/[^/]+/g) ?? []),
  ]
    .map((url) => Number(new URL(url ?? '').port))
    .concat(Number(/localhost:(\d+)/.exec(facts.serviceBusConnection ?? '')?.[1]));

describe('a stack whose every port is taken', () => {
  let folder: StackFolder;
  let taken: Server[];
  let stack: CommandRun;
  let facts: StackFacts;
  const stackJson = (): string => path.join(folder.folder, '.local', 'stack.json');

  beforeAll(async () => {
    folder = await createStackFolder();
    taken = await Promise.all(['functions', 'ucwa', 'bus', 'storage', 'receiver'].map(takePort));
    const [functions, ucwa, bus, storage, receiver] = taken.map((server) => String(portOf(server)));
    const ports = { functions, ucwa, bus, storage, receiver };
    stack = runCommand(
      'start',
      folder.folder,
      ...Object.entries(ports).flatMap(([part, port = '']) => [`--${part}-port`, port]),
    );
    facts = await stack.ready;
  });
  afterAll(async () => {
    await stack.stop();
    for (const server of taken) server.close();
    await folder.remove();
  });

  it('listens elsewhere, and says so', async () => {
    const mine = portsOf(facts);
    expect(mine).toHaveLength(7);
    for (const server of taken) {
      expect(mine).not.toContain(portOf(server));
      await stack.line(new RegExp(`port ${String(portOf(server))} is taken, so it listens at \\d+`));
    }
  });

  it('writes its addresses where only this user can read them', async () => {
    expect(JSON.parse(await readFile(stackJson(), 'utf8'))).toEqual(facts);
    expect((await stat(stackJson())).mode & 0o777).toBe(0o600);
    expect((await stat(path.join(folder.folder, '.local', 'keys.json'))).mode & 0o777).toBe(0o600);
  });

  it('shows the first call from ring to end, as it comes from the bus', async () => {
    await stack.line(/completed\s+Alice Example\s+\d+ ms to bus\s+declined/);
    const of = (label: string): number =>
      stack.lines.findIndex((line) => new RegExp(`^[\\d:.]{12}\\s+${label}\\s+Alice Example`).test(line));
    const inOrder = [of('ring'), of('started'), of('updated'), of('completed')];
    expect(inOrder).not.toContain(-1);
    expect(inOrder).toEqual([...inOrder].sort((one, other) => one - other));
  });

  it('shows its health by a command without a key', async () => {
    await stack.line(/Ask for health +npm run health/);
    const health = runCommand('health', folder.folder);
    expect(await health.ended).toBe('exited with code 0');
    // It warns while something has not reported yet.
    expect(health.lines[0]).toMatch(/^(pass|warn) {2}the relay$/);
    expect(health.lines).toContainEqual(expect.stringMatching(/^(pass|warn) {2}account:sip:reception@contoso\.com/));
    expect([...stack.lines, ...health.lines].join('\n')).not.toContain(facts.functionsKey);
  });

  it('shows the health of a relay elsewhere, by its address and key', () => {
    const { stdout, status } = spawnSync(process.execPath, [toolScript('health')], {
      cwd: tmpdir(),
      env: { PATH: process.env['PATH'], RELAY_URL: facts.functionsUrl, RELAY_FUNCTION_KEY: facts.functionsKey },
      encoding: 'utf8',
    });
    expect({ stdout, status }).toEqual({ stdout: expect.stringMatching(/^(pass|warn) {2}the relay\n/), status: 0 });
  });

  it('ends a tool quietly whose reader has seen enough', () => {
    const { stderr } = spawnSync('bash', ['-c', `'${process.execPath}' '${toolScript('health')}' | true`], {
      cwd: folder.folder,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
  });

  it('keeps every line of the relay in .local/relay.log', async () => {
    const log = path.join(folder.folder, '.local', 'relay.log');
    expect(await readFile(log, 'utf8')).toMatch(/^\S+Z \[pollEventChannel0\] \{"event":"ucwaConnected"/m);
    expect((await stat(log)).mode & 0o777).toBe(0o600);
  });

  it('gives its key to no process as an argument, where others could read it', () => {
    const { stdout } = spawnSync('ps', ['-A', '-ww', '-o', 'args'], { encoding: 'utf8' });
    expect(stdout).toContain('functions-host');
    expect(stdout).not.toContain(facts.functionsKey);
  });

  it('prints what a consumer receives', async () => {
    const consumer = runCommand('consume', folder.folder);
    await consumer.line(/^ucwa\.audioVideoInvitation\.completed {2}Alice Example {2}declined$/);
    process.kill(consumer.pid, 'SIGINT');
    expect(await consumer.ended).toBe('exited with code 0');
    expect(consumer.lines.join('\n')).not.toContain('undefined');
  });

  it('sends webhooks on to a program while it listens, verified, and unsubscribes at the end', async () => {
    const received: IncomingMessage[] = [];
    const program = createHttpServer((request, response) => {
      received.push(request);
      response.writeHead(202).end();
    });
    await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${portOf(program)}/hooks`;
    const killed = runCommand('listen', folder.folder, url);
    await killed.line(/^Listening/);
    await killed.kill();
    const listen = runCommand('listen', folder.folder, url, '--types', 'ucwa.*');
    await listen.line(/^Listening\. .* its secret is whsec_/);
    await createSimulator(facts.ucwaUrl ?? '').call({ from: 'sip:eve@contoso.com', name: 'Eve', scenario: 'declined' });
    await listen.line(/completed +Eve +declined +signature holds +202 in \d+ ms$/);
    expect(received.map(({ url: path, headers }) => [path, Object.keys(headers)])).toContainEqual([
      '/hooks',
      expect.arrayContaining(['webhook-id', 'webhook-timestamp', 'webhook-signature']),
    ]);
    program.close();
    program.closeAllConnections();
    process.kill(listen.pid, 'SIGINT');
    expect(await listen.ended).toBe('exited with code 0');
    expect(listen.lines.at(-1)).toBe('Unsubscribed.');
    const { data } = await axios.get<{ subscriptions: unknown[] }>(`${facts.functionsUrl}/api/webhook-subscriptions`, {
      headers: { 'x-functions-key': facts.functionsKey },
      proxy: false,
    });
    expect(data.subscriptions).toHaveLength(1); // the stack's own receiver
  });

  test.each([
    ['Accept on the phone', [], 'answered'],
    ['Accept with an SDP answer', [], 'answered'],
    ['Decline', [], 'declined'],
    ['Cancel', ['--scenario', 'outgoing'], 'cancelled'],
    ['Cancel', ['--outgoing', '--to', 'sip:carla@contoso.com'], 'cancelled'],
  ])('rings a call, and what is printed to "%s" does so', async (title, more, result) => {
    const name = `Caller for ${title}`.slice(0, 20);
    const ring = runCommand(
      'ring',
      folder.folder,
      '--from',
      'sip:carla@contoso.com',
      '--name',
      name,
      '--subject',
      'Test',
      ...more,
    );
    expect(await ring.ended).toBe('exited with code 0');

    const text = ring.lines.join('\n');
    const command = text.slice(text.indexOf(`\n${title}\n`));
    const url = /'(http[^']+)'/.exec(command)?.[1] ?? '';
    const body = /-d '([^']+)'/.exec(command.split('\n\n')[0] ?? '')?.[1];
    const { status } = await axios.post(url, body, {
      headers: { 'x-functions-key': facts.functionsKey, 'content-type': 'application/json' },
      proxy: false,
      validateStatus: null,
    });
    expect(status).toBe(202);
    await stack.line(new RegExp(`completed\\s+${more.length > 0 ? 'Carla' : name}\\s.*${result}`));
  });

  it('is not started twice in one folder', async () => {
    const second = runCommand('start', folder.folder, ...anyPorts);
    expect(await second.ended).toBe('exited with code 1');
    expect(second.lines).toContainEqual(
      expect.stringContaining(`already runs in this folder (process ${String(stack.pid)})`),
    );
  });

  it('leaves nothing behind when it is stopped', async () => {
    const gone = portsOf(facts).map(whenGone);
    process.kill(stack.pid, 'SIGINT');
    expect(await stack.ended).toBe('exited with code 0');
    await Promise.all(gone);
    await expect(stat(stackJson())).rejects.toThrow('ENOENT');
  });
});

describe('a stack of which something ends by itself', () => {
  it('stops and says what, when a part is killed', async () => {
    const { folder, remove } = await createStackFolder();
    const stack = runCommand('start', folder, '--no-calls', ...anyPorts);
    const facts = await stack.ready;
    const gone = portsOf(facts).map(whenGone);
    process.kill(facts.pids['functionsHost'] ?? -1, 'SIGKILL');
    expect(await stack.ended).toBe('exited with code 1');
    expect(stack.lines).toContainEqual(expect.stringContaining('Functions host was ended by SIGKILL'));
    await Promise.all(gone);
    await expect(stat(path.join(folder, '.local', 'stack.json'))).rejects.toThrow('ENOENT');
    await remove();
  });

  it('takes its parts with it when it is killed itself', async () => {
    const { folder, remove } = await createStackFolder();
    const stack = runCommand('start', folder, '--no-calls', '--quiet', ...anyPorts);
    const gone = portsOf(await stack.ready).map(whenGone);
    await stack.kill();
    await Promise.all(gone);

    const ring = runCommand('ring', folder);
    expect(await ring.ended).toBe('exited with code 1');
    expect(ring.lines).toContainEqual(expect.stringContaining('No stack runs in this folder. Start it first'));
    await remove();
  });
});

describe('settings that are given', () => {
  it('take the place of their stand-ins', async () => {
    const [{ folder, remove }, bus, ucwa, storage] = await Promise.all([
      createStackFolder(),
      startTestServiceBus(),
      startTestUcwa(),
      startTestStorage(),
    ]);
    const accounts = [{ sipUri: 'sip:reception@contoso.com', username: 'reception@contoso.com', password: 'password' }];
    const Values = {
      UCWA_ACCOUNTS: JSON.stringify(accounts),
      UCWA_DISCOVERY_URL: ucwa.url,
      ServiceBusConnection: bus.connectionString,
      AzureWebJobsStorage: storage.connectionString,
    };
    await writeFile(path.join(folder, 'local.settings.json'), JSON.stringify({ IsEncrypted: false, Values }));
    const stack = runCommand('start', folder, ...anyPorts);
    const facts = await stack.ready;
    expect(Object.keys(facts.pids).sort()).toEqual(['functionsHost', 'receiver', 'start']);
    expect(facts.serviceBusConnection).toBe(bus.connectionString);
    await stack.line(/Ready in/); // written before it said that it is ready, but on another way
    expect(
      stack.lines.filter((line) => line.includes('no stand-in')).map((line) => line.replace(/\s+/g, ' ').trim()),
    ).toEqual([
      'UCWA given by UCWA_ACCOUNTS: no stand-in',
      'Service Bus given by ServiceBusConnection: no stand-in',
      'Storage given by AzureWebJobsStorage: no stand-in',
    ]);

    await ucwa.simulator.whenPolling('sip:reception@contoso.com');
    ucwa.ring({ name: 'From the real pool' });
    await stack.line(/started\s+From the real pool/);

    const ring = runCommand('ring', folder);
    expect(await ring.ended).toBe('exited with code 1');
    expect(ring.lines).toContainEqual(expect.stringContaining('This stack has no simulator'));

    await stack.stop();
    await Promise.all([bus.close(), ucwa.close(), storage.close(), remove()]);
  });

  test.each([
    ['{"Values": {"UCWA_ACCOUNTS": "hunter2" ', 'is not valid JSON'],
    ['{"IsEncrypted": true, "Values": {"UCWA_ACCOUNTS": "hunter2"}}', 'is encrypted'],
    ['{"Values": {"POLL_SHARD_COUNT": 1, "UCWA_ACCOUNTS": "hunter2"}}', 'Values.POLL_SHARD_COUNT must be a text'],
  ])('are refused with the reason, and no value, when the file is %s', async (text, reason) => {
    const { folder, remove } = await createStackFolder();
    await writeFile(path.join(folder, 'local.settings.json'), text);
    const stack = runCommand('start', folder, ...anyPorts);
    expect(await stack.ended).toBe('exited with code 1');
    expect(stack.lines).toContainEqual(expect.stringContaining(reason));
    expect(stack.lines.join('\n')).not.toContain('hunter2');
    await remove();
  });
});

describe('a command line that is not understood', () => {
  test.each([
    ['start', ['--speed', '9'], "Unknown option '--speed'"],
    ['start', ['--bus-port', '99999'], '--bus-port must be a port'],
    ['ring', ['--colour', 'red'], "Unknown option '--colour'"],
    ['listen', ['localhost:3000'], 'It takes the URL of your program'],
  ] as const)('npm run %s -- %j', async (name, given, message) => {
    const { folder, remove } = await createStackFolder();
    const run = runCommand(name, folder, ...given);
    expect(await run.ended).toBe('exited with code 2');
    expect(run.lines[0]).toContain(message);
    await remove();
  });
});
