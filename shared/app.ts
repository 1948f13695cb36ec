/** The process: its settings, its one app, its start and its end. The only module that reads the environment. */
import { createApp, type App } from './app/createApp';
import { systemClock } from './clock';
import { parseConfig, type ConfigResult } from './config/parseConfig';
import { DEFAULT_SCHEDULE } from './config/settingsSchema';
import { RelayError } from './errors/relayError';
import { managedIdentity } from './identity';
import { createLog } from './telemetry/log';
import type { Telemetry } from './telemetry/startTelemetry';
import { parseTelemetryTargets } from './telemetry/telemetryTargets';
import { activeTraceId } from './telemetry/trace';
import { createWriteLine, wantsDebug } from './telemetry/writeLine';

const log = createLog(createWriteLine(console, wantsDebug(process.env)), activeTraceId);

let parsed: ConfigResult | undefined;
let built: App | undefined;
let telemetry: Telemetry | undefined;
let closing: Promise<void> | undefined;

/** The settings of this process or every problem with them; never throws. */
export function config(): ConfigResult {
  parsed ??= parseConfig(process.env);
  return parsed;
}

/** The app, built at first use. Errors: `settingsInvalid` with every problem by setting name. */
export function getApp(): App {
  if (built !== undefined) return built;
  const result = config();
  if (!result.ok) {
    throw new RelayError('settingsInvalid', `The relay's settings are not valid. ${result.problems.join('; ')}.`, {
      extensions: { problems: result.problems },
    });
  }
  built = createApp(result.settings, {
    clock: systemClock,
    log,
    signInByPlatform: process.env.WEBSITE_AUTH_ENABLED?.toLowerCase() === 'true',
    hasIdentity: (process.env.AZURE_CLIENT_ID ?? '') !== '',
    localControl: process.env.RELAY_LOCAL_CONTROL,
  });
  return built;
}

/**
 * For the platform's start hook, which comes before the first invocation: traces and metrics, where the environment says
 * whereto, and the fallback, which polls in any process of the app what no timer's run does. Never rejects: a relay that
 * cannot be watched still relays.
 */
export async function startProcess(): Promise<void> {
  const targets = parseTelemetryTargets(process.env);
  if (targets !== undefined) {
    try {
      const { startTelemetry } = await import('./telemetry/startTelemetry');
      telemetry = startTelemetry(targets, { credential: managedIdentity, clock: systemClock, log });
    } catch (error) {
      log.error('telemetryNotStarted', { error: String(error) });
    }
  }
  // Where a container ends, the worker gets the signal and no hook is run.
  process.once('SIGTERM', () => void closeApp().finally(() => process.exit(0)));
  try {
    if (config().ok) startFallback(getApp());
  } catch (error) {
    log.error('fallbackFailed', { error: String(error) });
  }
}

function startFallback({ settings, pollAsFallback }: App): void {
  if (!settings.pollFallback) return;
  pollAsFallback().catch((error: unknown) => log.error('fallbackFailed', { error: String(error) }));
}

/** How long the platform waits for a process to end. */
const CLOSE_WITHIN_MS = 5_000;

/**
 * Closes the app if it was ever built: the slots are given back first, then the polls end, then connections are closed and
 * telemetry is sent. Within 5 seconds; a second call waits for the first. For the platform's terminate hook and SIGTERM.
 */
export function closeApp(): Promise<void> {
  closing ??= Promise.race([closeInOrder(), systemClock.sleep(CLOSE_WITHIN_MS)]);
  return closing;
}

async function closeInOrder(): Promise<void> {
  built?.endHeldRequests();
  await built?.stopPolling();
  await Promise.all([built?.close(), telemetry?.stop()]);
}

export interface PollTimer {
  readonly name: string;
  readonly schedule: string;
  readonly run: () => Promise<void>;
}

/** A timer for each shard. With settings that are not valid there is one shard: its run says what is wrong. */
export function pollTimers(): readonly PollTimer[] {
  const result = config();
  // A setting that is not there, or is no schedule, would keep the platform from indexing the timer.
  const schedule = !result.ok || (process.env.POLL_SCHEDULE ?? '') === '' ? DEFAULT_SCHEDULE : '%POLL_SCHEDULE%';
  return Array.from({ length: result.ok ? result.settings.pollShardCount : 1 }, (_, shard) => ({
    name: `pollEventChannel${String(shard)}`,
    schedule,
    run: () => getApp().poll(shard),
  }));
}
