import type { Clock } from '../clock';
import { hasImpossibleEnd, LEASE_DURATION_MS, LEASE_RENEWAL_MS, type SlotLease } from './slots';

/** An owner that lives renews within this. */
const UNCHANGED_MS = LEASE_DURATION_MS - LEASE_RENEWAL_MS;

/** Tells leases of owners that have died from the rows that they left, where those say otherwise. */
export interface LeaseWatch {
  /**
   * The rows as they are to be taken: a lease that cannot end when it says, and that nobody has renewed for as long
   * as this process looks on, has lapsed.
   */
  judge(rows: readonly SlotLease[], nowMs: number): readonly SlotLease[];
}

/**
 * A process whose clock runs ahead leaves leases that end far in the future when it dies. While it lives it renews them,
 * whatever its clock says, so a lease is only taken for lapsed when its row has not changed for a while.
 */
export function createLeaseWatch(clock: Clock): LeaseWatch {
  const seen = new Map<number, { readonly etag: string | undefined; readonly sinceMs: number }>();
  return {
    judge: (rows, nowMs) =>
      rows.map((row) => {
        if (!hasImpossibleEnd(row, nowMs)) return row;
        const before = seen.get(row.slot);
        const isSame = before !== undefined && before.etag === row.etag;
        if (!isSame) seen.set(row.slot, { etag: row.etag, sinceMs: clock.monotonicMs() });
        return isSame && clock.monotonicMs() - before.sinceMs >= UNCHANGED_MS ? { ...row, expiresAtMs: nowMs } : row;
      }),
  };
}
