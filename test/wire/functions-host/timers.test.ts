import { startReadyHost } from '../../support/functionsHost';
import { fixtureApp } from './fixtureApp';

type Host = Awaited<ReturnType<typeof startReadyHost>>;

const YEARLY = { YEARLY_SCHEDULE: '0 0 0 1 1 *' };

describe('timers', () => {
  let host: Host;

  beforeAll(async () => {
    host = await startReadyHost({ appDirectory: fixtureApp('timers'), settings: YEARLY });
  });

  afterAll(async () => {
    await host.close();
  });

  const run = (
    name: string,
    headers: Record<string, string> = { 'x-functions-key': host.functionsKey },
  ): Promise<Response> => fetch(`${host.url}/admin/functions/${name}`, { method: 'POST', headers, body: '{}' });

  test('with runOnStartup run at once, and are not past due', async () => {
    expect(await host.line(/\[atStart\]/)).toBe('[atStart] atStart isPastDue=false');
  });

  test('run when an administrator says so, in any case of the name', async () => {
    const response = await run('YEARLY');
    expect([response.status, await response.text()]).toEqual([202, '']);
    expect(await host.line(/yearly isPastDue/)).toMatch(
      /isPastDue=false last=0001-01-01T00:00:00 next=\d{4}-01-01T00:00:00\.000\+00:00$/,
    );
  });

  test('that fail are one line in the log', async () => {
    expect((await run('failing')).status).toBe(202);
    expect(await host.line(/\[failing\]/)).toMatch(
      /^error: \[failing\] Invocation [-\da-f]{36} failed: the timer has a problem$/,
    );
  });

  test.each([
    ['without the key', 'yearly', {}, 401],
    ['of a name that is not there', 'nobody', undefined, 404],
    ['that could not be started', 'malformed', undefined, 400],
  ])('are not run %s', async (_, name, headers, status) => {
    expect((await run(name, headers)).status).toBe(status);
  });

  test('whose schedule does not resolve or is not NCRONTAB are told, and hurt no other', async () => {
    expect(await host.line(/\[unresolved\]/)).toBe(
      'error: [unresolved] The function does not run: %NO_SUCH_SCHEDULE% does not resolve: the app setting NO_SUCH_SCHEDULE is not set.',
    );
    expect(await host.line(/\[malformed\]/)).toBe(
      'error: [malformed] The function does not run: "@daily" is not an NCRONTAB expression.',
    );
  });
});

test('with --run-timers-on-start every timer runs at once and is past due', async () => {
  const host = await startReadyHost({
    appDirectory: fixtureApp('timers'),
    settings: YEARLY,
    args: ['--run-timers-on-start'],
  });
  expect(await host.line(/yearly isPastDue/)).toContain('isPastDue=true');
  expect(await host.line(/atStart isPastDue/)).toContain('isPastDue=true');
  await host.close();
});
