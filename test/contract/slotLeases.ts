import { randomBytes } from 'node:crypto';
import { MAX_SLOT_HEALTH_BYTES } from '../../shared/relay/accountHealth';
import { SLOT_COUNT, type SlotLease, type SlotLeaseStore } from '../../shared/relay/slots';

const reported = new Uint8Array([0, 1, 255]);

/** What every SlotLeaseStore does; run for the table and for the one in memory. */
export function describeSlotLeases(title: string, open: () => Promise<SlotLeaseStore>): void {
  describe(title, () => {
    it('has no rows at first, and then those that were written', async () => {
      const leases = await open();
      const row = [{ slot: 3, owner: 'a', expiresAtMs: 1_700_000_000_123, askedBy: '', etag: expect.any(String) }];
      expect(await leases.read()).toEqual([]);
      expect(await leases.write([])).toEqual([]);
      expect(
        await leases.write([{ slot: 3, owner: 'a', expiresAtMs: 1_700_000_000_123, askedBy: '', health: reported }]),
      ).toEqual(row);
      expect(await leases.read()).toEqual(row);
    });

    it('tells health only when asked, and keeps what the last heartbeat said', async () => {
      const leases = await open();
      await leases.write([{ slot: 1, owner: 'a', expiresAtMs: 1, health: reported }]);
      const [row] = await leases.read();
      await leases.write([{ slot: 1, owner: 'a', expiresAtMs: 2, etag: row?.etag ?? '' }]);
      const [later] = await leases.read({ health: true });
      expect(later).toMatchObject({ slot: 1, expiresAtMs: 2 });
      expect(Array.from(later?.health ?? [])).toEqual(Array.from(reported));
    });

    it('takes the heartbeats of all slots at once, as large as they may be', async () => {
      const leases = await open();
      const health = randomBytes(MAX_SLOT_HEALTH_BYTES);
      expect(
        await leases.write(
          Array.from({ length: SLOT_COUNT }, (_, slot) => ({ slot, owner: 'a', expiresAtMs: 1, health })),
        ),
      ).toHaveLength(SLOT_COUNT);
      const lengths = (await leases.read({ health: true })).map((row) => row.health?.length);
      expect(lengths).toEqual(Array<number>(SLOT_COUNT).fill(MAX_SLOT_HEALTH_BYTES));
    });

    it('writes all rows or none: not when one was inserted in the meantime', async () => {
      const leases = await open();
      await leases.write([{ slot: 5, owner: 'a', expiresAtMs: 1 }]);
      expect(
        await leases.write([
          { slot: 4, owner: 'b', expiresAtMs: 1 },
          { slot: 5, owner: 'b', expiresAtMs: 1 },
        ]),
      ).toBeUndefined();
      expect(await leases.read()).toMatchObject([{ slot: 5, owner: 'a' }]);
    });

    it('writes all rows or none: not when one was changed in the meantime', async () => {
      const leases = await open();
      await leases.write([{ slot: 5, owner: 'a', expiresAtMs: 1 }]);
      const [seen] = await leases.read();
      const etag = seen?.etag ?? '';
      expect(await leases.write([{ slot: 5, owner: 'b', expiresAtMs: 2, etag }])).toHaveLength(1);
      expect(await leases.write([{ slot: 5, owner: 'c', expiresAtMs: 3, etag }])).toBeUndefined();
      expect(await leases.read()).toMatchObject([{ slot: 5, owner: 'b', expiresAtMs: 2 }]);
    });

    it('takes the rows as it has written them, until another has changed one', async () => {
      const leases = await open();
      const later = (rows: readonly SlotLease[] | undefined) =>
        (rows ?? []).map((row) => ({ ...row, expiresAtMs: row.expiresAtMs + 1 }));
      const first = await leases.write([7, 8].map((slot) => ({ slot, owner: 'a', expiresAtMs: 1, askedBy: '' })));
      const second = await leases.write(later(first));
      expect(second).toMatchObject([{ expiresAtMs: 2 }, { expiresAtMs: 2 }]);
      const [, other] = await leases.read();
      expect(await leases.write(other === undefined ? [] : [{ ...other, askedBy: 'b' }])).toHaveLength(1);
      expect(await leases.write(later(second))).toBeUndefined();
    });

    it('keeps who asks for a slot until something else is written', async () => {
      const leases = await open();
      await leases.write([{ slot: 6, owner: 'a', expiresAtMs: 1, askedBy: 'b' }]);
      const [asked] = await leases.read();
      const etag = asked?.etag ?? '';
      expect(asked).toMatchObject({ askedBy: 'b' });
      expect(await leases.write([{ slot: 6, owner: 'a', expiresAtMs: 2, etag }])).toHaveLength(1);
      expect(await leases.read()).toMatchObject([{ owner: 'a', expiresAtMs: 2, askedBy: 'b' }]);
    });

    it('lets one of many at once have a slot', async () => {
      const leases = await open();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, racer) => leases.write([{ slot: 9, owner: String(racer), expiresAtMs: 1 }])),
      );
      expect(outcomes.filter((rows) => rows !== undefined)).toHaveLength(1);
    });
  });
}
