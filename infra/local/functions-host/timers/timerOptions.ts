import { createHash } from 'node:crypto';
import type { Clock } from '../../../../shared/clock';
import type { HostLog } from '../hostLog';
import type { HostOptions } from '../settings/hostJson';
import { openLockContainer } from './openLockContainer';
import { createTimerLocks, type TimerLock } from './timerLock';

/** What every timer of a host shares. */
export interface TimerOptions {
  /** The lock of a function's timer. Undefined: there is no storage account to keep it in, and every host runs every timer. */
  readonly lockOf: ((functionName: string) => TimerLock) | undefined;
  /** How often a host that has not got a lock tries again. */
  readonly recoveryIntervalMs: number;
}

/** In development Microsoft's host tries so often, whatever host.json says. */
const DEVELOPMENT_RECOVERY_MS = 15_000;

/**
 * The locks of an app's timers, in its storage account. Hosts of the same folder compete for them, or those with the same
 * `AzureFunctionsWebHost__hostid`.
 */
export function timerOptions(
  appDirectory: string,
  { singleton }: HostOptions,
  ports: { readonly clock: Clock; readonly log: HostLog },
): TimerOptions {
  const container = openLockContainer(process.env);
  const isDevelopment = process.env.AZURE_FUNCTIONS_ENVIRONMENT === 'Development';
  const recoveryIntervalMs = isDevelopment ? DEVELOPMENT_RECOVERY_MS : singleton.recoveryIntervalMs;
  const hostId =
    process.env.AzureFunctionsWebHost__hostid ??
    `local-${createHash('sha256').update(appDirectory).digest('hex').slice(0, 16)}`;
  return {
    lockOf: container === undefined ? undefined : createTimerLocks(container, hostId, { singleton, ...ports }),
    recoveryIntervalMs,
  };
}
