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
 * How the accounts are: how many there are in each state, and the twenty that are worst, each by itself. A disabled account is
 * counted and is no trouble. Pure.
 */
export function toAccountsChecks(
  accounts: readonly ListedAccount[],
  rows: readonly SlotLease[],
  nowMs: number,
): Record<string, readonly HealthCheck[]> {
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
  return {
    accounts: [toSummary(accounts, disabled === 0 ? counts : { ...counts, disabled })],
    ...Object.fromEntries(worst.slice(0, MOST_ACCOUNTS).map(({ sipUri, check }) => [`account:${sipUri}`, [check]])),
  };
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
