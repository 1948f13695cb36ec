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
      if (leases.some(({ slot, etag }) => rows.get(slot)?.etag !== etag)) return Promise.resolve(undefined);
      const written = leases.map((lease) => ({ ...lease, etag: String(++version) }));
      for (const lease of written) rows.set(lease.slot, { ...rows.get(lease.slot), ...lease });
      return Promise.resolve(written.map(({ health: _reported, ...row }) => row));
    },
  };
}
