import type { HealthStatus, HealthCheck } from './healthCheck';
import type { HttpResponseInit } from '@azure/functions';
import { toRelayError } from '../../errors/relayError';
import type { SlotLeaseStore } from '../../relay/slots';
import { toAccountsChecks, type ListedAccount } from './accountsHealth';
import { toAzureChecks, type AzureHealth } from './azureHealth';
import { toSubscriberCheck, type SubscriberHealth } from './subscriberHealth';

/**
 * `application/health+json` (draft-inadarei-api-health-check §3): the worst of the checks, and each of them. Of single accounts the
 * check `accounts` decides, which counts them.
 */
export interface Health {
  readonly status: HealthStatus;
  readonly checks?: Readonly<Record<string, readonly HealthCheck[]>>;
}

export interface HealthPorts {
  readonly accounts: { list(): Promise<readonly ListedAccount[]> };
  readonly leases: Pick<SlotLeaseStore, 'read'>;
  /** Rejects when storage cannot be reached. */
  readonly subscribers: () => Promise<readonly SubscriberHealth[]>;
  /** How bus, tables and clock are. */
  readonly azure: () => Promise<AzureHealth>;
  readonly nowMs: number;
}

/** 503 when it fails, else 200. */
export function toHealthResponse(health: Health): HttpResponseInit {
  return {
    status: health.status === 'fail' ? 503 : 200,
    headers: { 'content-type': 'application/health+json', 'cache-control': 'no-store' },
    body: JSON.stringify(health),
  };
}

/** What `/health` says when the settings are not valid: every problem, by setting name, never a value. */
export function settingsHealth(problems: readonly string[]): Health {
  return toHealth({ settings: problems.map((output) => ({ status: 'fail', componentType: 'component', output })) });
}

/**
 * How the relay is: settings, bus, tables, clock, storage, the accounts as their pollers last reported them, each
 * webhook with its counts. Never rejects.
 */
export async function readHealth({ accounts, leases, subscribers, azure, nowMs }: HealthPorts): Promise<Health> {
  const settings = [{ status: 'pass', componentType: 'component' } as const];
  const services = azure();
  try {
    const [all, rows, known] = await Promise.all([accounts.list(), leases.read({ health: true }), subscribers()]);
    const webhooks = known.map((one): [string, HealthCheck[]] => [
      `webhook:${one.subscription.id}`,
      [toSubscriberCheck(one)],
    ]);
    const { summary, worst } = toAccountsChecks(all, rows, nowMs);
    return toHealth(
      {
        settings,
        ...toAzureChecks(await services),
        storage: [{ status: 'pass', componentType: 'datastore' }],
        accounts: [summary],
        ...Object.fromEntries(webhooks),
      },
      worst,
    );
  } catch (error) {
    return toHealth({
      settings,
      ...toAzureChecks(await services),
      storage: [{ status: 'fail', componentType: 'datastore', output: toRelayError(error).message }],
    });
  }
}

/** @param accounts the worst of them, which the summary among the checks has counted. */
function toHealth(
  checks: Readonly<Record<string, readonly HealthCheck[]>>,
  accounts: Readonly<Record<string, readonly HealthCheck[]>> = {},
): Health {
  const all = Object.values(checks).flat();
  const status = all.some((check) => check.status === 'fail')
    ? 'fail'
    : all.some((check) => check.status === 'warn')
      ? 'warn'
      : 'pass';
  return { status, checks: { ...checks, ...accounts } };
}
