import { startHostProcess, startReadyHost } from '../../support/functionsHost';
import { fixtureApp } from './fixtureApp';

describe('an app without functions ends the host with code 1', () => {
  test('because an entry throws: the host names the file and the error', async () => {
    const host = startHostProcess({ appDirectory: fixtureApp('broken') });
    expect(await host.exited).toEqual({ code: 1, signal: null });
    expect(host.lines[0]).toBe('error: No functions: entry file functions/b-bad.js throws: cannot load this');
    expect(host.lines.join('\n')).toContain('b-bad.js:1');
  });

  test('because nothing matches main: the host names the pattern', async () => {
    const host = startHostProcess({ appDirectory: fixtureApp('unbuilt') });
    expect(await host.exited).toEqual({ code: 1, signal: null });
    expect(host.lines).toEqual([
      expect.stringContaining('matches "functions/*.js", the main of package.json. Is the app built?'),
    ]);
  });
});

test.each([
  [['--colour'], "Unknown option '--colour'"],
  [['--port', 'http'], '--port: "http" is not a port.'],
  [['--port', '65536'], '--port: "65536" is not a port.'],
  [['--key', ''], '--key: an empty key opens nothing.'],
])('%j is refused with code 2', async (args, message) => {
  const host = startHostProcess({ appDirectory: fixtureApp('http'), args });
  expect(await host.exited).toEqual({ code: 2, signal: null });
  expect(host.lines[0]).toBe(message);
});

test('an invocation that exceeds functionTimeout ends the host with code 1', async () => {
  const host = await startReadyHost({ appDirectory: fixtureApp('endless') });
  await expect(fetch(`${host.url}/api/endless`)).rejects.toThrow();
  expect(await host.exited).toEqual({ code: 1, signal: null });
  expect(host.lines).toContain("error: Function 'endless' ran longer than the functionTimeout of 1 s.");
});

describe('stopping', () => {
  test.each(['SIGINT', 'SIGTERM', 'disconnect'] as const)(
    'on %s runs the appTerminate hooks, waits for what runs, and exits with 0',
    async (how) => {
      const host = await startReadyHost({ appDirectory: fixtureApp('hooks') });
      await host.line(/waiting/);
      const exit = how === 'disconnect' ? host.close() : host.kill(how);
      expect(await exit).toEqual({ code: 0, signal: null });
      const order = ['Stopping.', 'appTerminate hello', 'appTerminate done', '[waits] <waited>'].map((line) =>
        host.lines.indexOf(line),
      );
      expect(order).toEqual([...order].sort((a, b) => a - b));
      expect(order).not.toContain(-1);
      await expect(fetch(host.url)).rejects.toThrow();
    },
  );

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
    expect(host.lines[0]).toBe('appStart');
  });
});
