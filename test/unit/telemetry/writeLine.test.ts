import { createLog, type Log } from '../../../shared/telemetry/log';
import { createWriteLine, logThrough, wantsDebug } from '../../../shared/telemetry/writeLine';

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** Everything that was written, as `where: line`. */
function createWriter(isDebugWanted = false) {
  const written: { where: string; line: string }[] = [];
  const to = (where: string) => (line: string) => void written.push({ where, line });
  const log = createLog(createWriteLine({ log: to('stdout'), error: to('stderr') }, isDebugWanted));
  const invocation = { debug: to('debug'), info: to('info'), warn: to('warn'), error: to('error') };
  return { written, log, invocation };
}

/** The level that Microsoft's host gives to a line of a console (azure-functions-host, WorkerProcess). */
function hostLevel({ where, line }: { where: string; line: string }): keyof Log {
  if (where === 'stdout') return 'info';
  if (/warn/i.test(line)) return 'warn';
  return /error|fail|severe/i.test(line) ? 'error' : 'info';
}

const awkward = { error: 'storageUnavailable', message: 'Warning: failed, WARN of a severe error', leaseMs: 10_000 };

describe('a line outside of an invocation', () => {
  test.each(['info', 'warn', 'error'] as const)(
    'of level %s has it in Application Insights too, whatever it says',
    (level) => {
      const { written, log } = createWriter();
      log[level]('leasesNotRenewed', awkward);
      expect(written.map(hostLevel)).toEqual([level]);
      expect(JSON.parse(written[0]?.line ?? '')).toEqual({ event: 'leasesNotRenewed', level, ...awkward });
    },
  );

  it('is not written for debug unless that is asked for', () => {
    const [standard, asked] = [createWriter(), createWriter(true)];
    for (const { log } of [standard, asked]) log.debug('linkNotFetched');
    expect([standard.written.length, asked.written.length]).toEqual([0, 1]);
  });
});

describe('a line within an invocation', () => {
  it('goes through the log of the invocation at its level, until the handler has settled', async () => {
    const { written, log, invocation } = createWriter(true);
    let later = (): void => undefined;
    const handler = logThrough(invocation, async (word: string) => {
      await Promise.resolve();
      for (const level of levels) log[level](word);
      const whenOver = new Promise<void>((resolve) => (later = resolve));
      void whenOver.then(() => log.info('afterwards'));
      return 'result';
    });
    expect(await handler('within')).toBe('result');
    expect(written.map(({ where }) => where)).toEqual(levels);
    later();
    await new Promise(setImmediate);
    expect(written.at(-1)?.where).toBe('stdout');
  });

  it('is the own one of each of two that run at a time', async () => {
    const { log, invocation } = createWriter();
    const seen: string[] = [];
    const named = (name: string) => ({ ...invocation, info: () => void seen.push(name) });
    const speak = async (): Promise<void> => {
      await Promise.resolve();
      log.info('event');
    };
    await Promise.all([logThrough(named('one'), speak)(), logThrough(named('other'), speak)()]);
    expect(seen.sort()).toEqual(['one', 'other']);
  });
});

test.each([
  [{}, false],
  [{ AzureFunctionsJobHost__logging__logLevel__default: 'Information' }, false],
  [{ AzureFunctionsJobHost__logging__logLevel__default: 'Debug' }, true],
  [{ AzureFunctionsJobHost__logging__logLevel__Function: 'Trace' }, true],
])('debug lines are wanted with %j: %s', (environment, wanted) => {
  expect(wantsDebug(environment)).toBe(wanted);
});
