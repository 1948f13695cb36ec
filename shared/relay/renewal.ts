import { toSlotHistory, type SlotHistory } from './slotHistory';
import type { SlotLease } from './slots';

/** What a renewal came to. */
export interface Renewal {
  /**
   * The slots owned now; with one that was just taken, what another poller has left of its accounts, if one ever had them.
   */
  readonly owned: ReadonlyMap<number, SlotHistory | undefined>;
  /** The slots that were given to the run that had asked for them. */
  readonly handedOver: ReadonlySet<number>;
  /** Whether a fallback holds slots that were asked for and is about to hand them over. */
  readonly isAsking: boolean;
}

/**
 * What a renewal came to: from the rows as they were read, and those that were written over them. Pure.
 * @param isNew whether a row that was read was not yet the owner's
 */
export function toRenewal(
  written: readonly SlotLease[],
  rows: readonly SlotLease[],
  owner: string,
  isNew: (row: SlotLease) => boolean,
): Renewal {
  const before = new Map(rows.map((row) => [row.slot, row]));
  const historyOf = (slot: number): SlotHistory | undefined => {
    const row = before.get(slot);
    return row !== undefined && isNew(row) ? toSlotHistory(row) : undefined;
  };
  const others = written.filter((lease) => lease.owner !== owner);
  return {
    owned: new Map(written.filter((lease) => lease.owner === owner).map(({ slot }) => [slot, historyOf(slot)])),
    handedOver: new Set(others.map(({ slot }) => slot).filter((slot) => before.get(slot)?.owner === owner)),
    isAsking: [...rows, ...others].some((lease) => lease.owner !== owner && lease.askedBy === owner),
  };
}
