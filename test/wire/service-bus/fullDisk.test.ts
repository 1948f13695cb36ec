import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { startServiceBus } from '../../../infra/local/service-bus/startServiceBus';
import { receiveExactly } from './receiveAll';
import { localOnly } from './testBus';

/** In blocks of 1024 bytes: what stands for the size of the disk. */
const MOST_BLOCKS = 2_000;
const BODY_BYTES = 100 * 1024;

localOnly('a data directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'service-bus-disk-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  test('on a full disk refuses what it cannot keep as QuotaExceeded, and goes on with what it has', async () => {
    const child = startWithLimit(directory);
    const [message] = (await once(child, 'message')) as [{ ready: { connectionString: string } }];
    const client = new ServiceBusClient(message.ready.connectionString, { retryOptions: { maxRetries: 0 } });
    const sender = client.createSender('sending');
    let accepted = 0;
    const fill = async (): Promise<never> => {
      for (;;) {
        await sender.sendMessages({ body: Buffer.alloc(BODY_BYTES, 'x') });
        accepted += 1;
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'QuotaExceeded' });
    expect(accepted).toBeGreaterThan(0);
    const receiver = client.createReceiver('sending');
    await receiveExactly(receiver, accepted);
    expect(child.exitCode).toBeNull();
    await client.close();
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  test.each([
    ['is overwritten', (file: string) => writeFile(file, 'nonsense '.repeat(4096))],
    ['is cut short', (file: string) => truncate(file, 9_000)],
  ])('whose file %s is named as what to delete', async (_, damage) => {
    const options = { config: join(__dirname, 'Config.json'), dataDirectory: directory };
    const bus = await startServiceBus(options);
    const client = new ServiceBusClient(bus.connectionString);
    await client.createSender('sending').sendMessages({ body: 'x' });
    await client.close();
    await bus.close();
    await damage(join(directory, 'data.mdb'));
    await expect(startServiceBus(options)).rejects.toThrow(`What is kept in ${directory} is damaged`);
  });
});

/** A bus whose files cannot grow beyond the limit; the signal that the system sends then is ignored, as it is not sent for a full disk. */
function startWithLimit(directory: string): ChildProcess {
  const program = [join(__dirname, 'runTypeScript.mjs'), join(__dirname, '../../../infra/local/service-bus/main.ts')];
  const options = ['--config', join(__dirname, 'Config.json'), '--port', '0', '--quiet', '--data', directory];
  return spawn(
    'bash',
    [
      '-c',
      `trap '' XFSZ; ulimit -f ${MOST_BLOCKS}; exec "$@"`,
      'bash',
      process.execPath,
      ...program,
      ...options,
      '--certificate',
      join(directory, 'certificate'),
    ],
    { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  );
}
