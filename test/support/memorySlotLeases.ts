import type { SlotLease, SlotLeaseStore } from '../../shared/relay/slots';

/** Leases in memory, by the same rules as the table (held to them by the contract suite). */
export function createMemorySlotLeases(): SlotLeaseStore {
  const rows = new Map<number, SlotLease>();
  let version = 0;
  return {
    read: ({ health } = { health: false }) =>
      Promise.resolve(
        [...rows.values()].map(({ health: reported, ...row }) =>
          health && reported !== undefined ? { ...row, health: reported } : row,
        ),
      ),
    write: (leases) => {
      if (leases.some(({ slot, etag }) => rows.get(slot)?.etag !== etag)) return Promise.resolve(false);
      for (const lease of leases) rows.set(lease.slot, { ...rows.get(lease.slot), ...lease, etag: String(++version) });
      return Promise.resolve(true);
    },
  };
}
