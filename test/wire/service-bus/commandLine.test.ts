import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ServiceBusClient } from '@azure/service-bus';
import { localOnly } from './testBus';

localOnly('npm run bus', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  const readAll = (stream: Readable | null): Promise<string> => text(stream ?? Readable.from([]));

  const run = (...options: readonly string[]) => {
    const program = [join(__dirname, 'runTypeScript.mjs'), join(__dirname, '../../../infra/local/service-bus/main.ts')];
    const child = spawn(process.execPath, [...program, ...options], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    children.push(child);
    return { child, output: readAll(child.stdout), errors: readAll(child.stderr), exit: once(child, 'exit') };
  };
  const ready = async (child: ChildProcess): Promise<{ port: number; connectionString: string }> => {
    const [message] = (await once(child, 'message')) as [{ ready: { port: number; connectionString: string } }];
    return message.ready;
  };

  test('prints the connection string and the entities, serves, and says what is left when it is stopped', async () => {
    const { child, output, exit } = run('--port', '0', '--key', 'another key');
    const { connectionString } = await ready(child);
    expect(connectionString).toContain('SharedAccessKey=another key;');
    const client = new ServiceBusClient(connectionString);
    await client.createSender('invitation-events').sendMessages([{ body: 1 }, { body: 2 }]);
    await client.close();
    child.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
    const printed = await output;
    expect(printed).toContain(connectionString);
    expect(printed).toMatch(/^ {2}invitation-commands$/m);
    expect(printed).toMatch(/invitation-events\/Subscriptions\/all: 2 active, 0 locked, 0 scheduled, 0 dead-lettered/);
  });

  test('stops when its parent does', async () => {
    const { child, exit } = run('--port', '0', '--quiet');
    await ready(child);
    child.disconnect();
    expect(await exit).toEqual([0, null]);
  });

  test('takes the next port when one is taken, and says so', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { child, output, exit } = run('--port', String(port), '--quiet');
    expect((await ready(child)).port).toBeGreaterThan(port);
    child.kill('SIGTERM');
    await exit;
    expect(await output).toMatch(new RegExp(`Port ${port} is taken`));
    taken.close();
    await once(taken, 'close');
  });

  test.each([
    [['--nonsense'], 2, /--nonsense/],
    [['--port', 'x'], 2, /--port is a number/],
    [['--config', '/no/such/file.json'], 1, /no such file/],
    [['--config', __filename], 1, /is not JSON/],
  ])('%j ends with %i and the reason', async (options, code, reason) => {
    const { errors, exit } = run(...options);
    expect(await exit).toEqual([code, null]);
    expect(await errors).toMatch(reason);
  });
});
