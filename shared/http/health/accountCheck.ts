import { decodeSlotHealth, type AccountHealth } from '../../relay/accountHealth';
import { hasImpossibleEnd, heldUntilMs, LEASE_RENEWAL_MS, type SlotLease } from '../../relay/slots';
import type { SessionHealth } from '../../ucwa/session';
import type { HealthCheck, HealthStatus } from './healthCheck';

/** Without a renewed lease for this long nobody is polling, and nobody has come to. */
const SILENT_AFTER_MS = 75_000;
/** Two renewals that failed, and a second for the clocks: the poller has died, or it stands still. */
const OVERDUE_MS = 2 * LEASE_RENEWAL_MS + 1_000;
/** An account that is disconnected for longer than a pool needs to fail over needs a person. */
const DISCONNECTED_MS = 120_000;

/** What a slot's row says. */
export interface Heartbeat {
  readonly lease: 'held' | 'overdue' | 'silent' | 'impossible';
  /** By the account's address in small letters. */
  readonly reported: ReadonlyMap<string, AccountHealth>;
  /** The state of those that are not told of one by one. */
  readonly others?: AccountHealth['state'] | undefined;
}

/** Reads the row as of `nowMs`. Pure. */
export function toHeartbeat(row: SlotLease, nowMs: number): Heartbeat {
  const { accounts, others } = decodeSlotHealth(row.health);
  return {
    lease: leaseOf(row, nowMs),
    reported: new Map(accounts.map((one) => [one.account.toLowerCase(), one])),
    others,
  };
}

function leaseOf(row: SlotLease, nowMs: number): Heartbeat['lease'] {
  if (hasImpossibleEnd(row, nowMs)) return 'impossible';
  if (row.expiresAtMs + SILENT_AFTER_MS < nowMs) return 'silent';
  return row.owner === '' || heldUntilMs(row) + OVERDUE_MS < nowMs ? 'overdue' : 'held';
}

/** One account's check: the worst of what its slot's lease and its own state say, with the sentence that says what is wrong. Pure. */
export function toAccountCheck(account: string, heartbeat: Heartbeat | undefined, nowMs: number): HealthCheck {
  const componentType = 'system';
  const health = heartbeat && accountHealthIn(heartbeat, account);
  if (heartbeat === undefined || health === undefined)
    return { status: 'warn', componentType, output: 'No poller has reported on this account yet.' };
  const { state, lastPollAtMs, tokenExpiresAtMs, modalities } = health;
  const [status, output] = worst([ofLease(heartbeat.lease), ofState(health, nowMs)]);
  return {
    status,
    componentType,
    observedValue: state,
    ...(lastPollAtMs === undefined
      ? {}
      : { time: new Date(lastPollAtMs).toISOString(), lastPollAgeSeconds: ageSeconds(nowMs, lastPollAtMs) }),
    ...(tokenExpiresAtMs === undefined
      ? {}
      : { tokenRemainingSeconds: Math.max(0, ageSeconds(tokenExpiresAtMs, nowMs)) }),
    modalities,
    ...(output === undefined ? {} : { output }),
  };
}

/** What the heartbeat says of the account; undefined where it says nothing. Pure. */
export function accountHealthIn({ reported, others }: Heartbeat, account: string): AccountHealth | undefined {
  const one = reported.get(account.toLowerCase());
  if (one !== undefined || others === undefined) return one;
  return {
    account,
    state: others,
    modalities: [],
    lastError: 'More accounts share its poller’s heartbeat than it can tell of one by one.',
  };
}

type Finding = readonly [HealthStatus, string | undefined];

function ofLease(lease: Heartbeat['lease']): Finding {
  switch (lease) {
    case 'held':
      return ['pass', undefined];
    case 'overdue':
      return ['warn', 'No poller holds this account at the moment; another takes it within seconds.'];
    case 'silent':
      return ['fail', 'No poller holds this account: its timer is not running.'];
    case 'impossible':
      return [
        'warn',
        'The lease of this account ends further in the future than a lease can last: the clock of a machine that ' +
          'polls is, or was, wrong. It is taken over within seconds.',
      ];
  }
}

/** States that last until a person mends something. */
const failing: ReadonlySet<string> = new Set<SessionHealth['state']>([
  'credentialsRejected',
  'cannotSignIn',
  'refused',
  'noInvitations',
  'notPublishing',
]);

function ofState({ state, lastError, disconnectedSinceMs, cutAfterMs }: AccountHealth, nowMs: number): Finding {
  if (state === 'connected') return ['pass', lastError ?? cutSentence(cutAfterMs)];
  if (failing.has(state)) return ['fail', lastError];
  if (disconnectedSinceMs === undefined || nowMs - disconnectedSinceMs < DISCONNECTED_MS) return ['warn', lastError];
  const since = `Not connected since ${new Date(disconnectedSinceMs).toISOString()}.`;
  return ['fail', lastError === undefined ? since : `${since} ${lastError}`];
}

function cutSentence(cutAfterMs: number | undefined): string | undefined {
  if (cutAfterMs === undefined) return undefined;
  return `Polls are cut after ${String(Math.round(cutAfterMs / 1000))} s by something between; the relay polls again at once.`;
}

const severity: readonly HealthStatus[] = ['pass', 'warn', 'fail'];

/** The first of the worst; where none says why, the first sentence there is. */
function worst(findings: readonly Finding[]): Finding {
  const rank = Math.max(...findings.map(([status]) => severity.indexOf(status)));
  const found = findings.find(([status]) => severity.indexOf(status) === rank);
  return [severity[rank] ?? 'fail', found?.[1] ?? findings.find(([, sentence]) => sentence !== undefined)?.[1]];
}

function ageSeconds(laterMs: number, earlierMs: number): number {
  return Math.round((laterMs - earlierMs) / 1000);
}
