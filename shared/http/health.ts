import type { HttpResponseInit } from '@azure/functions';
import { toRelayError } from '../errors/relayError';
import { decodeSlotHealth, type AccountHealth } from '../relay/accountHealth';
import { slotOf, type SlotLease, type SlotLeaseStore } from '../relay/slots';
import type { SessionHealth } from '../ucwa/session';
import { toAzureChecks, type AzureHealth } from './azureHealth';
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
  /** How bus, tables and clock are. */
  readonly azure: () => Promise<AzureHealth>;
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

/** How the relay is: settings, bus, tables, clock, storage, and each account as its poller last told it, each webhook with its counts. Never rejects. */
export async function readHealth({ accounts, leases, subscribers, azure, nowMs }: HealthPorts): Promise<Health> {
  const settings = [{ status: 'pass', componentType: 'component' } as const];
  const services = azure();
  try {
    const [rows, known] = await Promise.all([leases.read({ health: true }), subscribers()]);
    const heartbeats = new Map(rows.map((row) => [row.slot, toHeartbeat(row, nowMs)]));
    const checks = accounts.map((account): [string, HealthCheck[]] => [
      `account:${account}`,
      [toCheck(account, heartbeats.get(slotOf(account)), nowMs)],
    ]);
    const webhooks = known.map((one): [string, HealthCheck[]] => [
      `webhook:${one.subscription.id}`,
      [toSubscriberCheck(one)],
    ]);
    return toHealth({
      settings,
      ...toAzureChecks(await services),
      storage: [{ status: 'pass', componentType: 'datastore' }],
      ...Object.fromEntries([...checks, ...webhooks]),
    });
  } catch (error) {
    return toHealth({
      settings,
      ...toAzureChecks(await services),
      storage: [{ status: 'fail', componentType: 'datastore', output: toRelayError(error).message }],
    });
  }
}

interface Heartbeat {
  /** Nobody has held the slot for long. */
  readonly silent: boolean;
  /** By the account's address in small letters. */
  readonly told: ReadonlyMap<string, AccountHealth>;
  /** The state of those that are not told of one by one. */
  readonly others?: AccountHealth['state'] | undefined;
}

function toHeartbeat({ expiresAtMs, health }: SlotLease, nowMs: number): Heartbeat {
  const { accounts, others } = decodeSlotHealth(health);
  return {
    silent: expiresAtMs + SILENT_AFTER_MS < nowMs,
    told: new Map(accounts.map((one) => [one.account.toLowerCase(), one])),
    others,
  };
}

function healthIn({ told, others }: Heartbeat, account: string): AccountHealth | undefined {
  const one = told.get(account.toLowerCase());
  if (one !== undefined || others === undefined) return one;
  return {
    account,
    state: others,
    modalities: [],
    lastError: 'More accounts share its poller’s heartbeat than it can tell of one by one.',
  };
}

function toCheck(account: string, heartbeat: Heartbeat | undefined, nowMs: number): HealthCheck {
  const componentType = 'system';
  const health = heartbeat && healthIn(heartbeat, account);
  if (heartbeat === undefined || health === undefined)
    return { status: 'warn', componentType, output: 'No poller has reported on this account yet.' };
  const { state, lastPollAtMs, tokenExpiresAtMs, modalities, lastError } = health;
  return {
    status: heartbeat.silent ? 'fail' : statusOf(state),
    componentType,
    observedValue: state,
    ...(lastPollAtMs === undefined
      ? {}
      : { time: new Date(lastPollAtMs).toISOString(), lastPollAgeSeconds: ageSeconds(nowMs, lastPollAtMs) }),
    ...(tokenExpiresAtMs === undefined
      ? {}
      : { tokenRemainingSeconds: Math.max(0, ageSeconds(tokenExpiresAtMs, nowMs)) }),
    modalities,
    ...(heartbeat.silent
      ? { output: 'No poller holds this account: its timer is not running.' }
      : lastError === undefined
        ? {}
        : { output: lastError }),
  };
}

/** States that last until a person mends something. */
const failing: ReadonlySet<string> = new Set<SessionHealth['state']>([
  'credentialsRejected',
  'cannotSignIn',
  'noInvitations',
]);

function statusOf(state: string): HealthStatus {
  if (state === 'onAir') return 'pass';
  return failing.has(state) ? 'fail' : 'warn';
}

function ageSeconds(laterMs: number, earlierMs: number): number {
  return Math.round((laterMs - earlierMs) / 1000);
}

function toHealth(checks: Readonly<Record<string, readonly HealthCheck[]>>): Health {
  const all = Object.values(checks).flat();
  const status = all.some((check) => check.status === 'fail')
    ? 'fail'
    : all.some((check) => check.status === 'warn')
      ? 'warn'
      : 'pass';
  return { status, checks };
}
