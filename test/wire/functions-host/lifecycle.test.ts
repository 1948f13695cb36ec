import { askUntil } from '../../support/askUntil';
import { startHostProcess, startReadyHost } from '../../support/functionsHost';
import { fixtureApp } from './fixtureApp';

describe('an app that cannot be loaded leaves the host without functions, as in Azure', () => {
  test('because an entry throws: the host names the file and the error, and answers 404', async () => {
    const host = await startReadyHost({ appDirectory: fixtureApp('broken') });
    expect(await host.line(/^error: No functions/)).toBe(
      'error: No functions: entry file functions/b-bad.js throws: cannot load this',
    );
    expect(await host.line(/b-bad\.js:1/)).toBeDefined();
    expect([host.functions, (await fetch(`${host.url}/api/good`)).status]).toEqual([[], 404]);
    expect(await host.close()).toEqual({ code: 0, signal: null });
  });

  test('because nothing matches main: the host names the pattern', async () => {
    const host = await startReadyHost({ appDirectory: fixtureApp('unbuilt') });
    await host.line(/^error: .*matches "functions\/\*\.js", the main of package\.json\. Is the app built\?/);
    expect((await fetch(`${host.url}/api/good`)).status).toBe(404);
    await host.close();
  });
});

test.each([
  [['--colour'], "Unknown option '--colour'"],
  [['--port', 'http'], '--port: "http" is not a port.'],
  [['--port', '65536'], '--port: "65536" is not a port.'],
  [['--key', ''], '--key: an empty key opens nothing.'],
  [
    ['--forward', '/x=http://example.com/'],
    '--forward: "/x=http://example.com/" is not a path, an equals sign, and an http URL of this machine.',
  ],
])('%j is refused with code 2', async (args, message) => {
  const host = startHostProcess({ appDirectory: fixtureApp('http'), args });
  expect(await host.exited).toEqual({ code: 2, signal: null });
  expect(host.lines[0]).toBe(message);
});

test('an invocation that exceeds functionTimeout costs the worker its life; another one follows', async () => {
  const host = await startReadyHost({ appDirectory: fixtureApp('endless') });
  const before = host.workerPid();
  expect((await fetch(`${host.url}/api/endless`)).status).toBe(500);
  expect(host.lines).toContain("error: Function 'endless' ran longer than the functionTimeout of 1 s.");
  expect((await fetch(`${host.url}/api/quick`)).status).toBe(204);
  expect(
    await askUntil(
      () => host.workerPid(),
      (pid) => pid !== before,
    ),
  ).toBeGreaterThan(0);
  await host.close();
});

describe('a worker that is killed alone', () => {
  test('fails what it ran, and is followed by another; a request that comes between waits for it', async () => {
    const host = await startReadyHost({ appDirectory: fixtureApp('http') });
    const slow = fetch(`${host.url}/api/slow`);
    await host.line(/slow has begun/);
    process.kill(host.workerPid(), 'SIGKILL');
    expect((await slow).status).toBe(500);
    await host.line(/^error: The worker ended \(SIGKILL\) and is started again\.$/);
    expect((await fetch(`${host.url}/api/context`)).status).toBe(200);
    await host.close();
  });
});

describe('stopping', () => {
  const order = (host: { readonly lines: readonly string[] }, wanted: readonly string[]): void => {
    const places = wanted.map((line) => host.lines.indexOf(line));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  };

  test.each(['SIGINT', 'SIGTERM', 'disconnect'] as const)(
    'on %s runs the appTerminate hooks, ends the worker after them, and exits with 0',
    async (how) => {
      const host = await startReadyHost({ appDirectory: fixtureApp('hooks') });
      await host.line(/waiting/);
      const exit = how === 'disconnect' ? host.close() : host.kill(how);
      expect(await exit).toEqual({ code: 0, signal: null });
      order(host, ['Stopping.', 'appTerminate hello', 'appTerminate done']);
      await expect(fetch(host.url)).rejects.toThrow();
    },
  );

  test('by signal sends the worker SIGTERM instead of running its hooks', async () => {
    const host = await startReadyHost({ appDirectory: fixtureApp('hooks'), args: ['--end-by-signal'] });
    await host.line(/waiting/);
    expect(await host.close()).toEqual({ code: 0, signal: null });
    expect(host.lines.filter((line) => line.startsWith('appTerminate'))).toEqual([]);
  });

  test('at once tells the app while it still holds a GET request, and passes its answer on', async () => {
    const host = await startReadyHost({ appDirectory: fixtureApp('hooks') });
    const held = fetch(`${host.url}/api/held`);
    await host.line(/holding/);
    expect(await host.close()).toEqual({ code: 0, signal: null });
    expect(await (await held).text()).toBe('released');
    expect(host.lines.join('\n')).not.toContain('given up');
  });

  test('lets an HTTP request that is under way have its answer', async () => {
    const host = await startReadyHost({ appDirectory: fixtureApp('http') });
    const slow = fetch(`${host.url}/api/slow`);
    await host.line(/slow has begun/);
    // On its own connection, accepted before the host stops listening.
    const release = fetch(`${host.url}/api/release`, { method: 'POST' });
    expect((await release).status).toBe(202);
    const exited = host.close();
    expect(await (await slow).text()).toBe('at last');
    expect((await exited).code).toBe(0);
  });
});

describe('hooks', () => {
  let host: Awaited<ReturnType<typeof startReadyHost>>;

  beforeAll(async () => {
    host = await startReadyHost({
      appDirectory: fixtureApp('hooks'),
      settings: { 'AzureWebJobs.waits.Disabled': '1' },
    });
  });

  afterAll(async () => {
    await host.close();
  });

  test('before an invocation may replace the handler', async () => {
    const response = await fetch(`${host.url}/api/wrapped`);
    expect([response.headers.get('x-wrapped'), await response.text()]).toEqual(['yes', 'inner']);
    expect(await host.line(/postInvocation wrapped/)).toBe('postInvocation wrapped before error=none');
  });

  test('after an invocation may replace error and result', async () => {
    const response = await fetch(`${host.url}/api/forgiven`);
    expect([response.status, await response.text()]).toEqual([200, 'forgiven']);
  });

  test('of the log may change a message', async () => {
    await fetch(`${host.url}/api/forgiven`);
    expect(await host.line(/about to fail/)).toBe('[forgiven] <about to fail>');
  });

  test('of the start run before anything is ready', () => {
    expect(host.lines).toContain('appStart');
  });
});
