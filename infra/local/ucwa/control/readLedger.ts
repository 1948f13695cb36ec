import type { Ledger } from '../ledger';

export interface LedgerQuery {
  /** Only this account's; token requests, which name a user and no account, are always all. */
  readonly account?: string | undefined;
  /** How many of these events the one who asks has read already: they are left out. */
  readonly from: number;
}

/** The ledger as `GET /sim/ledger` shows it: each list in order. */
export function readLedger(
  { events, commands, lifecycle, tokenRequests }: Ledger,
  { account, from }: LedgerQuery,
): object {
  const of = <Item extends { readonly account: string }>(items: readonly Item[]): readonly Item[] =>
    account === undefined ? items : items.filter((item) => item.account === account);
  return { events: of(events).slice(from), commands: of(commands), lifecycle: of(lifecycle), tokenRequests };
}
