import { z } from 'zod';
import { readJsonFile } from './readJsonFile';
import { parseTimeSpan } from './timeSpan';

const timeSpanMs = z.string().transform((text, context) => {
  const durationMs = parseTimeSpan(text);
  if (durationMs === undefined) context.addIssue(`"${text}" is not a time span like 00:05:00`);
  return durationMs ?? z.NEVER;
});

const count = z.int().nonnegative();

/** A blob can be leased for 15 to 60 s (azure-webjobs-sdk, SingletonOptions). */
const lockPeriod = timeSpanMs.refine((ms) => ms >= 15_000 && ms <= 60_000, 'must be from 00:00:15 to 00:01:00');

const logLevel = z.string().transform((text, context) => {
  const level = LOG_LEVELS.find((name) => name === text.toLowerCase());
  if (level === undefined) context.addIssue(`"${text}" is not a log level`);
  return level ?? z.NEVER;
});

/** The levels of .NET's logging, the lowest first. */
export const LOG_LEVELS = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** host.json, the part that this host obeys, with Azure's defaults (Functions v4, Service Bus extension 5.x). */
const hostJson = z.object({
  functionTimeout: z
    .literal('-1')
    .transform(() => Infinity)
    .or(timeSpanMs)
    .default(30 * 60_000),
  singleton: z
    .object({
      listenerLockPeriod: lockPeriod.default(60_000),
      listenerLockRecoveryPollingInterval: timeSpanMs.default(60_000),
    })
    .prefault({}),
  logging: z.object({ logLevel: z.record(z.string(), logLevel).default({}) }).prefault({}),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
      serviceBus: z
        .object({
          prefetchCount: count.default(0),
          maxConcurrentCalls: count.min(1).default(16),
          maxConcurrentSessions: count.min(1).default(8),
          autoCompleteMessages: z.boolean().default(true),
          maxAutoLockRenewalDuration: timeSpanMs.default(5 * 60_000),
          sessionIdleTimeout: timeSpanMs.default(60_000),
        })
        .prefault({}),
    })
    .prefault({}),
});

/** How the locks of timers are kept. */
export interface SingletonOptions {
  /** For how long a lock holds without being renewed. */
  readonly lockPeriodMs: number;
  /** How often a host that has not got a lock tries again. */
  readonly recoveryIntervalMs: number;
}

/** Service Bus settings of host.json. */
export interface ServiceBusOptions {
  /** Messages that one function handles at the same time. */
  readonly maxConcurrentCalls: number;
  /** Sessions that one function handles at the same time, each one message after another. */
  readonly maxConcurrentSessions: number;
  /** Complete the message when the handler succeeds. */
  readonly autoCompleteMessages: boolean;
  /** For how long the lock of a message or session is renewed while its handler runs. */
  readonly maxAutoLockRenewalDurationMs: number;
  /** A session without a message for so long is given back. */
  readonly sessionIdleTimeoutMs: number;
}

/** What host.json settles. */
export interface HostOptions {
  /** Undefined: no limit (`"-1"`). */
  readonly functionTimeoutMs: number | undefined;
  /** Without slashes at its ends; may be empty. */
  readonly routePrefix: string;
  readonly serviceBus: ServiceBusOptions;
  readonly singleton: SingletonOptions;
  /** The lowest level that is logged, by category or the beginning of one; `default` is for all others. */
  readonly logLevels: Readonly<Record<string, LogLevel>>;
}

/**
 * Reads host.json of the app; without one, Azure's defaults hold. `prefetchCount` is accepted and has no effect: the
 * JavaScript SDK does not prefetch.
 *
 * @throws Error that names the file and every setting that is wrong.
 */
export function readHostJson(appDirectory: string): HostOptions {
  const { functionTimeout, singleton, logging, extensions } = readJsonFile(appDirectory, 'host.json', hostJson);
  const {
    maxAutoLockRenewalDuration,
    sessionIdleTimeout,
    maxConcurrentCalls,
    maxConcurrentSessions,
    autoCompleteMessages,
  } = extensions.serviceBus;
  return {
    functionTimeoutMs: Number.isFinite(functionTimeout) ? functionTimeout : undefined,
    routePrefix: extensions.http.routePrefix.replace(/^\/+|\/+$/g, ''),
    serviceBus: {
      maxConcurrentCalls,
      maxConcurrentSessions,
      autoCompleteMessages,
      maxAutoLockRenewalDurationMs: maxAutoLockRenewalDuration,
      sessionIdleTimeoutMs: sessionIdleTimeout,
    },
    singleton: {
      lockPeriodMs: singleton.listenerLockPeriod,
      recoveryIntervalMs: singleton.listenerLockRecoveryPollingInterval,
    },
    logLevels: logging.logLevel,
  };
}
