import { readUntil, type ReadUntil } from './readUntil';
import type { SlotLease } from './slots';

/** What a renewal came to. */
export interface Renewal {
  /**
   * The slots owned now; with one that was just taken, until when another poller is known to have read its accounts'
   * channels, if one ever did.
   */
  readonly owned: ReadonlyMap<number, ReadUntil | undefined>;
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
  const knownUntil = (slot: number): ReadUntil | undefined => {
    const row = before.get(slot);
    return row !== undefined && isNew(row) ? readUntil(row) : undefined;
  };
  const others = written.filter((lease) => lease.owner !== owner);
  return {
    owned: new Map(written.filter((lease) => lease.owner === owner).map(({ slot }) => [slot, knownUntil(slot)])),
    handedOver: new Set(others.map(({ slot }) => slot).filter((slot) => before.get(slot)?.owner === owner)),
    isAsking: [...rows, ...others].some((lease) => lease.owner !== owner && lease.askedBy === owner),
  };
}
