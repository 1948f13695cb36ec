import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { build } from 'esbuild';

describe('the simulator’s command line', () => {
  let folder: string;
  let script: string;
  const started: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ucwa-simulator-'));
    script = join(folder, 'main.js');
    await build({
      entryPoints: [join(__dirname, '../../../infra/local/ucwa/main.ts')],
      outfile: script,
      bundle: true,
      platform: 'node',
    });
  });
  afterEach(async () => {
    for (const child of started.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  interface Running {
    readonly child: ChildProcess;
    /** What it has printed, once it has exited. */
    readonly output: Promise<string>;
  }

  const start = (...args: string[]): Running => {
    const child = fork(script, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    started.push(child);
    let text = '';
    const ends: Promise<unknown>[] = [once(child, 'exit')]; // not 'close', which does not come after a disconnect
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
      if (stream !== null) ends.push(once(stream, 'end'));
    }
    return { child, output: Promise.all(ends).then(() => text) };
  };
  const ready = async (child: ChildProcess): Promise<{ url: string; port: number }> => {
    const [message] = (await once(child, 'message')) as [{ ready: { url: string; port: number } }];
    return message.ready;
  };

  it.each<[string, (child: ChildProcess) => void]>([
    ['SIGTERM', (child) => child.kill('SIGTERM')],
    ['SIGINT', (child) => child.kill('SIGINT')],
    ['its parent’s going', (child) => child.disconnect()],
  ])('says when it is ready, answers, and stops with 0 on %s though a client is connected', async (_, stop) => {
    const { child, output } = start('--port', '0', '--quiet');
    const { url, port } = await ready(child);
    expect(url).toBe(`http://127.0.0.1:${port}/`);
    expect((await axios.get(url, { proxy: false })).status).toBe(200);
    stop(child);
    expect(await output).toContain(`UCWA simulator at ${url}`);
    expect(child.exitCode).toBe(0);
  });

  it('--allow-origin lets clients of these origins in, others get 403', async () => {
    const { child } = start(
      '--port',
      '0',
      '--quiet',
      '--allow-origin',
      'https://a.example',
      '--allow-origin',
      'https://b.example',
    );
    const { url } = await ready(child);
    const statusFor = async (origin: string): Promise<number> => {
      const user = `${url}Autodiscover/AutodiscoverService.svc/root/oauth/user`;
      const headers = { Origin: origin };
      return (await axios.get(user, { proxy: false, headers, validateStatus: () => true })).status;
    };
    // 401: who comes from there is asked for a ticket.
    expect(await Promise.all(['https://a.example', 'https://b.example', 'https://c.example'].map(statusFor))).toEqual([
      401, 401, 403,
    ]);
  });

  it('takes the next free port when the one asked for is taken, and says so', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const taken = (holder.address() as AddressInfo).port;
    const { child, output } = start('--port', String(taken), '--quiet');
    const { port } = await ready(child);
    expect(port).toBeGreaterThan(taken);
    child.kill('SIGTERM');
    expect(await output).toContain(`Port ${taken} is taken; using ${port}.`);
    await new Promise((resolve) => holder.close(resolve));
  });

  it.each([
    [['--prot', '1'], 2, "Unknown option '--prot'"],
    [['--port', 'many'], 2, '--port must be a number from 0 to 65535, not "many".'],
    [['--help'], 0, 'Usage: npm run ucwa'],
  ])('%j exits with %i', async (args, exitCode, says) => {
    const { child, output } = start(...args);
    expect(await output).toContain(says);
    expect(child.exitCode).toBe(exitCode);
  });
});
