import type { Claim, ClaimStore } from '../../shared/invitations/commands/claim';

const claim: Claim = {
  caller: 'key:a',
  command: 'decline',
  fingerprint: 'f',
  claimedAtMs: 1_700_000_000_123,
  state: 'claimed',
};

/** What every ClaimStore does; run for the table and for the one in memory. */
export function describeClaims(title: string, open: () => Promise<ClaimStore>): void {
  describe(title, () => {
    it('gives back exactly what was inserted', async () => {
      const claims = await open();
      const full: Claim = { ...claim, idempotencyKey: 'k-1' };
      await claims.insert('i', 'answer', full);
      expect((await claims.read('i', 'answer'))?.claim).toEqual(full);
    });

    it('has nothing for an invitation that nobody claimed', async () => {
      expect(await (await open()).read('i', 'answer')).toBeUndefined();
    });

    it('inserts once: who comes second is given the first', async () => {
      const claims = await open();
      expect(await claims.insert('i', 'answer', claim)).toEqual({ etag: expect.any(String) });
      expect(await claims.insert('i', 'answer', { ...claim, caller: 'key:b' })).toMatchObject({ held: { claim } });
    });

    it('keeps answer and cancel apart', async () => {
      const claims = await open();
      await claims.insert('i', 'answer', claim);
      expect(await claims.insert('i', 'cancel', claim)).toHaveProperty('etag');
    });

    it('lets exactly one of many at once have it', async () => {
      const claims = await open();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, racer) => claims.insert('i', 'answer', { ...claim, caller: String(racer) })),
      );
      expect(outcomes.filter((outcome) => 'etag' in outcome)).toHaveLength(1);
      const losers = new Set(outcomes.flatMap((outcome) => ('held' in outcome ? [outcome.held.claim.caller] : [])));
      expect(losers.size).toBe(1);
    });

    it('replaces only what has not changed in the meantime', async () => {
      const claims = await open();
      await claims.insert('i', 'answer', claim);
      const etag = (await claims.read('i', 'answer'))?.etag ?? '';
      expect(await claims.replace('i', 'answer', { ...claim, state: 'posting' }, etag)).toEqual(expect.any(String));
      expect(await claims.replace('i', 'answer', { ...claim, state: 'sent' }, etag)).toBeUndefined();
      expect((await claims.read('i', 'answer'))?.claim.state).toBe('posting');
    });

    it('releases only what has not changed in the meantime', async () => {
      const claims = await open();
      await claims.insert('i', 'answer', claim);
      const first = (await claims.read('i', 'answer'))?.etag ?? '';
      const second = (await claims.replace('i', 'answer', { ...claim, state: 'posting' }, first)) ?? '';
      await claims.release('i', 'answer', first);
      expect(await claims.read('i', 'answer')).toBeDefined();
      await claims.release('i', 'answer', second);
      expect(await claims.read('i', 'answer')).toBeUndefined();
      await claims.release('i', 'answer', second);
    });
  });
}
