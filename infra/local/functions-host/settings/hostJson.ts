import { z } from 'zod';
import { readJsonFile } from './readJsonFile';
import { parseTimeSpan } from './timeSpan';

const timeSpanMs = z.string().transform((text, context) => {
  const durationMs = parseTimeSpan(text);
  if (durationMs === undefined) context.addIssue(`"${text}" is not a time span like 00:05:00`);
  return durationMs ?? z.NEVER;
});

const count = z.int().nonnegative();

/** host.json, the part that this host obeys, with Azure's defaults (Functions v4, Service Bus extension 5.x). */
const hostJson = z.object({
  functionTimeout: z
    .literal('-1')
    .transform(() => Infinity)
    .or(timeSpanMs)
    .default(30 * 60_000),
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
}

/**
 * Reads host.json of the app; without one, Azure's defaults hold. `prefetchCount` is accepted and has no effect: the
 * JavaScript SDK does not prefetch.
 *
 * @throws Error that names the file and every setting that is wrong.
 */
export function readHostJson(appDirectory: string): HostOptions {
  const { functionTimeout, extensions } = readJsonFile(appDirectory, 'host.json', hostJson);
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
  };
}
