import type { KnownAccount } from '../../accounts/accountRegistry';
import { slotOf, type SlotLease } from '../../relay/slots';
import { accountHealthIn, toAccountCheck, toHeartbeat } from './accountCheck';
import type { HealthCheck, HealthStatus } from './healthCheck';

/** What is to be known of an account to say how it is. */
export interface ListedAccount extends Pick<KnownAccount, 'enabled' | 'isAlsoInSetting'> {
  readonly account: { readonly sipUri: string };
}

/** So many accounts are told one by one; `GET /accounts` tells all. */
const MOST_ACCOUNTS = 20;
const severity: Readonly<Record<HealthStatus, number>> = { fail: 0, warn: 1, pass: 2 };

/**
 * The relay fails where at least one account in twenty does: that is an outage of a pool, a network or the relay, which wakes a
 * person. Up to twenty accounts each of them counts so much; of ten thousand, one with a wrong password does not take the rest
 * out of service.
 */
const FAILING_SHARE = 1 / 20;

/** How the accounts are. */
export interface AccountsChecks {
  /** All of them, by counts: what the relay's own health goes by. */
  readonly summary: HealthCheck;
  /** The twenty that are worst, each by itself. */
  readonly worst: Readonly<Record<string, readonly HealthCheck[]>>;
}

/**
 * How many accounts there are in each state, and the twenty that are worst. A disabled account is counted and is no trouble. The
 * summary fails where one enabled account in twenty fails, and warns where any fails or warns. Pure.
 */
export function toAccountsChecks(
  accounts: readonly ListedAccount[],
  rows: readonly SlotLease[],
  nowMs: number,
): AccountsChecks {
  const heartbeats = new Map(rows.map((row) => [row.slot, toHeartbeat(row, nowMs)]));
  const checked = accounts
    .filter(({ enabled }) => enabled)
    .map(({ account: { sipUri } }) => {
      const heartbeat = heartbeats.get(slotOf(sipUri));
      const health = heartbeat && accountHealthIn(heartbeat, sipUri);
      return { sipUri, state: health?.state ?? 'notReported', check: toAccountCheck(sipUri, heartbeat, nowMs), health };
    });
  const worst = checked.toSorted(
    (one, other) =>
      severity[one.check.status] - severity[other.check.status] ||
      (one.health?.lastPollAtMs ?? 0) - (other.health?.lastPollAtMs ?? 0) ||
      one.sipUri.localeCompare(other.sipUri),
  );
  const counts: Record<string, number> = {};
  for (const { state } of checked) counts[state] = (counts[state] ?? 0) + 1;
  const disabled = accounts.length - checked.length;
  const failing = checked.filter(({ check }) => check.status === 'fail').length;
  const health: HealthStatus =
    failing > 0 && failing >= checked.length * FAILING_SHARE
      ? 'fail'
      : checked.every(({ check }) => check.status === 'pass')
        ? 'pass'
        : 'warn';
  const summary = toSummary(accounts, disabled === 0 ? counts : { ...counts, disabled });
  return {
    summary: health === 'pass' ? summary : { ...summary, ...troubleOf(health, failing, checked.length, summary) },
    worst: Object.fromEntries(worst.slice(0, MOST_ACCOUNTS).map(({ sipUri, check }) => [`account:${sipUri}`, [check]])),
  };
}

function troubleOf(status: HealthStatus, failing: number, enabled: number, { output }: HealthCheck): HealthCheck {
  const counted = failing === 0 ? [] : [`${failing} of ${enabled} accounts fail.`];
  const sentences = [...counted, ...(typeof output === 'string' ? [output] : [])];
  return { status, ...(sentences.length > 0 && { output: sentences.join(' ') }) };
}

function toSummary(accounts: readonly ListedAccount[], counts: Readonly<Record<string, number>>): HealthCheck {
  const common = { componentType: 'system', observedValue: accounts.length, observedUnit: 'accounts', states: counts };
  if (accounts.length === 0)
    return {
      ...common,
      status: 'warn',
      output: 'There are no accounts: add one with PUT /accounts/{sipUri}, or set UCWA_ACCOUNTS.',
    };
  const both = accounts.filter(({ isAlsoInSetting }) => isAlsoInSetting);
  if (both.length > 0)
    return {
      ...common,
      status: 'warn',
      output:
        `${both.length} of the accounts are in the table and in UCWA_ACCOUNTS too; what the table says counts. Take them out ` +
        `of UCWA_ACCOUNTS: ${both
          .slice(0, MOST_ACCOUNTS)
          .map(({ account }) => account.sipUri)
          .join(', ')}.`,
    };
  return {
    ...common,
    status: 'pass',
    ...(accounts.length > MOST_ACCOUNTS
      ? { output: `The worst ${MOST_ACCOUNTS} are shown; GET /accounts shows all.` }
      : {}),
  };
}
