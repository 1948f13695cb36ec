import { decodeSlotHealth } from './accountHealth';
import { heldUntilMs, type SlotLease } from './slots';

/** Until when some process is known to have read an account's channel to its end; milliseconds since the epoch. */
export type ReadUntil = (account: string) => number;

/**
 * A heartbeat is up to 15 s old, the renewal that follows it 3 s, and a poll proves nothing in its first 5 s: what is
 * further behind was truly not read.
 */
const BEHIND_MS = 25_000;

/**
 * From the row that the owner before left. An owner that lives reads its channels, so its last renewal counts; but not for
 * an account of which it has told that it is behind, as all are while the bus is down: what waits there may be as old as
 * that. Who gave the slot back has told everything at that moment. Pure.
 */
export function readUntil(row: SlotLease): ReadUntil {
  const heldMs = heldUntilMs(row);
  const reported = new Map(
    decodeSlotHealth(row.health).accounts.map(({ account, readToEndMs }) => [account, readToEndMs]),
  );
  return (account) => {
    const reportedMs = reported.get(account) ?? heldMs;
    return row.owner === '' || heldMs - reportedMs > BEHIND_MS ? reportedMs : heldMs;
  };
}
