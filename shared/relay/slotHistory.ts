import { decodeSlotHealth } from './accountHealth';
import { heldUntilMs, type SlotLease } from './slots';

/** What the owner before left of a slot's accounts. */
export interface SlotHistory {
  /** Until when some process is known to have read the account's channel to its end; milliseconds since the epoch. */
  readUntilMs(account: string): number;
  /** Whether the account was connected when it was last reported. */
  wasConnected(account: string): boolean;
}

/**
 * A heartbeat is up to 15 s old, the renewal that follows it 3 s, and a poll proves nothing in its first 5 s: what is
 * further behind was truly not read.
 */
const BEHIND_MS = 25_000;

/**
 * From the row that the owner before left. An owner that lives reads its channels, so its last renewal counts; but not for
 * an account that it reported to be behind, as all are while the bus is down: what waits there may be as old as that. An
 * owner that gave the slot back has reported everything at that moment. Pure.
 */
export function toSlotHistory(row: SlotLease): SlotHistory {
  const heldMs = heldUntilMs(row);
  const { accounts, others } = decodeSlotHealth(row.health);
  const reported = new Map(accounts.map((one) => [one.account, one]));
  return {
    readUntilMs(account) {
      const reportedMs = reported.get(account)?.readToEndMs ?? heldMs;
      return row.owner === '' || heldMs - reportedMs > BEHIND_MS ? reportedMs : heldMs;
    },
    wasConnected: (account) => (reported.get(account)?.state ?? others) === 'connected',
  };
}
