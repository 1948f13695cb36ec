import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyAppSettings, resolveSettings } from '../../../infra/local/functions-host/settings/appSettings';
import { readHostJson } from '../../../infra/local/functions-host/settings/hostJson';
import { createIsLogged } from '../../../infra/local/functions-host/settings/isLogged';
import { parseTimeSpan } from '../../../infra/local/functions-host/settings/timeSpan';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'host-settings-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const write = (name: string, content: unknown): void =>
  writeFileSync(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));

describe('host.json', () => {
  test('that is not there means the defaults of Azure', () => {
    expect(readHostJson(directory)).toEqual({
      functionTimeoutMs: 1_800_000,
      routePrefix: 'api',
      serviceBus: {
        maxConcurrentCalls: 16,
        maxConcurrentSessions: 8,
        autoCompleteMessages: true,
        maxAutoLockRenewalDurationMs: 300_000,
        sessionIdleTimeoutMs: 60_000,
      },
      singleton: { lockPeriodMs: 60_000, recoveryIntervalMs: 60_000 },
      logLevels: {},
    });
  });

  test('settles timeout, prefix and Service Bus, and may say more than this host knows', () => {
    write('host.json', {
      version: '2.0',
      telemetryMode: 'OpenTelemetry',
      functionTimeout: '-1',
      extensions: {
        http: { routePrefix: '/v1/' },
        serviceBus: { maxConcurrentCalls: 256, prefetchCount: 0, maxAutoLockRenewalDuration: '00:01:00' },
      },
    });
    expect(readHostJson(directory)).toMatchObject({
      functionTimeoutMs: undefined,
      routePrefix: 'v1',
      serviceBus: { maxConcurrentCalls: 256, maxAutoLockRenewalDurationMs: 60_000 },
    });
  });

  test('that is wrong is refused with every setting at fault', () => {
    write('host.json', { functionTimeout: '30 minutes', extensions: { serviceBus: { maxConcurrentCalls: 0 } } });
    expect(() => readHostJson(directory)).toThrow(
      /^host\.json is not valid: functionTimeout: .*; extensions\.serviceBus\.maxConcurrentCalls: /,
    );
  });

  test('that is not JSON is refused', () => {
    write('host.json', '{');
    expect(() => readHostJson(directory)).toThrow('host.json is not JSON');
  });
});

describe('log levels', () => {
  const isLogged = createIsLogged(
    { default: 'warning', Function: 'information', 'Function.loud.User': 'debug', 'Host.Function.Console': 'none' },
    { AzureFunctionsJobHost__logging__logLevel__Function__quiet: 'Error' },
  );

  test.each([
    ['Function.any.User', 'information', true],
    ['Function.any.User', 'debug', false],
    ['Function.loud.User', 'debug', true],
    ['Function.quiet.User', 'warning', false],
    ['Function.quiet.User', 'error', true],
    ['Functional', 'information', false],
    ['Host.Function.Console', 'critical', false],
  ] as const)('%s at %s: %s', (category, level, expected) => {
    expect(isLogged(category, level)).toBe(expected);
  });

  test('are information where nothing else is said', () => {
    const standard = createIsLogged({}, {});
    expect([standard('Function.any.User', 'information'), standard('Function.any.User', 'debug')]).toEqual([
      true,
      false,
    ]);
  });
});

describe('app settings', () => {
  test('come from the environment, then local.settings.json; those given win over both', () => {
    write(
      'local.settings.json',
      `\uFEFF${JSON.stringify({ IsEncrypted: false, Values: { SET: 'file', UNSET: 'file', GIVEN: 'file', COUNT: 3 } })}`,
    );
    const environment = { SET: 'environment', GIVEN: 'environment' };
    applyAppSettings(environment, directory, { GIVEN: 'given' });
    expect(environment).toEqual({ SET: 'environment', UNSET: 'file', GIVEN: 'given', COUNT: '3' });
  });

  test('that are encrypted are refused, without telling them', () => {
    write('local.settings.json', { IsEncrypted: true, Values: { SECRET: 'CfDJ8A' } });
    expect(() => applyAppSettings({}, directory, {})).toThrow(
      /^local\.settings\.json is not valid: IsEncrypted: (?!.*CfDJ8A)/,
    );
  });

  test('are put where a binding names them', () => {
    expect(resolveSettings('a-%ONE%-%TWO%', { ONE: '1', TWO: '%ONE%' })).toBe('a-1-%ONE%');
    expect(() => resolveSettings('%THREE%', {})).toThrow('%THREE% does not resolve: the app setting THREE is not set.');
  });
});

test.each([
  ['00:30:00', 1_800_000],
  ['1.02:03:04.5', 93_784_500],
  ['00:00:00.0010000', 1],
  ['24:00:00', undefined],
  ['00:60:00', undefined],
  ['30', undefined],
])('the time span %s', (text, durationMs) => {
  expect(parseTimeSpan(text)).toBe(durationMs);
});
