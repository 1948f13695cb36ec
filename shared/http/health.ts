import type { HttpResponseInit } from '@azure/functions';
import { toRelayError } from '../errors/relayError';
import { decodeSlotHealth, type AccountHealth } from '../relay/accountHealth';
import type { SlotLeaseStore } from '../relay/slots';
import type { SessionHealth } from '../ucwa/session';
import { toSubscriberCheck, type SubscriberHealth } from './subscriberHealth';

export type HealthStatus = 'pass' | 'warn' | 'fail';

export interface HealthCheck {
  readonly status: HealthStatus;
  readonly componentType?: string;
  readonly [field: string]: unknown;
}

/** `application/health+json` (draft-inadarei-api-health-check §3): the worst of the checks, and each of them. */
export interface Health {
  readonly status: HealthStatus;
  readonly checks?: Readonly<Record<string, readonly HealthCheck[]>>;
}

export interface HealthPorts {
  readonly accounts: readonly string[];
  readonly leases: Pick<SlotLeaseStore, 'read'>;
  /** Rejects when storage cannot be reached. */
  readonly subscribers: () => Promise<readonly SubscriberHealth[]>;
  readonly nowMs: number;
}

/** A run that ended is followed by the next within a minute; without a heartbeat for this long nobody is polling. */
const SILENT_AFTER_MS = 75_000;

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

/** How the relay is: settings, storage, and each account as its poller last told it, each webhook with its counts. Never rejects. */
export async function readHealth({ accounts, leases, subscribers, nowMs }: HealthPorts): Promise<Health> {
  const settings = [{ status: 'pass', componentType: 'component' } as const];
  try {
    const [rows, known] = await Promise.all([leases.read({ health: true }), subscribers()]);
    const told = new Map<string, { readonly health: AccountHealth; readonly silent: boolean }>();
    for (const row of rows) {
      const silent = row.expiresAtMs + SILENT_AFTER_MS < nowMs;
      for (const health of decodeSlotHealth(row.health)) told.set(health.account.toLowerCase(), { health, silent });
    }
    const checks = accounts.map((account): [string, HealthCheck[]] => [`account:${account}`, [toCheck(told.get(account.toLowerCase()), nowMs)]]);
    const webhooks = known.map((one): [string, HealthCheck[]] => [`webhook:${one.subscription.id}`, [toSubscriberCheck(one)]]);
    return toHealth({ settings, storage: [{ status: 'pass', componentType: 'datastore' }], ...Object.fromEntries([...checks, ...webhooks]) });
  } catch (error) {
    return toHealth({ settings, storage: [{ status: 'fail', componentType: 'datastore', output: toRelayError(error).message }] });
  }
}

function toCheck(told: { readonly health: AccountHealth; readonly silent: boolean } | undefined, nowMs: number): HealthCheck {
  const componentType = 'system';
  if (told === undefined) return { status: 'warn', componentType, output: 'No poller has reported on this account yet.' };
  const { state, lastPollAtMs, tokenExpiresAtMs, modalities, lastError } = told.health;
  return {
    status: told.silent ? 'fail' : statusOf(state),
    componentType,
    observedValue: state,
    ...(lastPollAtMs === undefined ? {} : { time: new Date(lastPollAtMs).toISOString(), lastPollAgeSeconds: ageSeconds(nowMs, lastPollAtMs) }),
    ...(tokenExpiresAtMs === undefined ? {} : { tokenRemainingSeconds: Math.max(0, ageSeconds(tokenExpiresAtMs, nowMs)) }),
    modalities,
    ...(told.silent ? { output: 'No poller holds this account: its timer is not running.' } : lastError === undefined ? {} : { output: lastError }),
  };
}

/** States that last until a person mends something. */
const failing: ReadonlySet<string> = new Set<SessionHealth['state']>(['credentialsRejected', 'cannotSignIn', 'noInvitations']);

function statusOf(state: string): HealthStatus {
  if (state === 'onAir') return 'pass';
  return failing.has(state) ? 'fail' : 'warn';
}

function ageSeconds(laterMs: number, earlierMs: number): number {
  return Math.round((laterMs - earlierMs) / 1000);
}

function toHealth(checks: Readonly<Record<string, readonly HealthCheck[]>>): Health {
  const all = Object.values(checks).flat();
  const status = all.some((check) => check.status === 'fail') ? 'fail' : all.some((check) => check.status === 'warn') ? 'warn' : 'pass';
  return { status, checks };
}
