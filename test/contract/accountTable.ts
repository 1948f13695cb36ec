import type { AccountRecord, AccountTable } from '../../shared/accounts/accountRecord';
import { slotOf } from '../../shared/relay/slots';

export function accountRecord(sipUri: string, more: Partial<AccountRecord> = {}): AccountRecord {
  return {
    sipUri,
    enabled: true,
    options: {
      username: sipUri.slice('sip:'.length),
      modalities: ['Audio', 'PhoneAudio'],
      reportActivity: true,
      ringSeconds: 30,
      phoneNumber: '+14255550199',
    },
    encryptedPassword: '0123abcd:bm90IGEgc2VjcmV0',
    passwordSetAtMs: 1_700_000_000_123,
    changedAtMs: 1_700_000_000_456,
    changedBy: 'key:0123456789ab',
    ...more,
  };
}

/** What every AccountTable does; run for the table and for the one in memory. */
export function describeAccountTable(title: string, open: () => Promise<AccountTable>): void {
  describe(title, () => {
    const one = accountRecord('sip:Jörg@contoso.com');
    const slot = slotOf(one.sipUri);

    it('is empty at first, and then has what was written, whatever the case of the address', async () => {
      const table = await open();
      expect([await table.versions(), await table.readSlot(slot), await table.find(one.sipUri)]).toEqual([
        new Map(),
        [],
        undefined,
      ]);
      expect(await table.write(one, undefined)).toBe(true);
      expect(await table.readSlot(slot)).toEqual([one]);
      expect(await table.find(one.sipUri.toUpperCase())).toEqual({ record: one, etag: expect.any(String) });
      expect([...(await table.versions()).keys()]).toEqual([slot]);
    });

    it('gives the slot of every change, and no other, a new version', async () => {
      const table = await open();
      const other = accountRecord('sip:other@contoso.com');
      await table.write(one, undefined);
      await table.write(other, undefined);
      const versions = [await table.versions()];
      const etag = (await table.find(one.sipUri))?.etag;
      for (const change of [
        () => table.write({ ...one, enabled: false }, etag),
        () => table.touch(one.sipUri),
        () => table.remove(one.sipUri),
        () => table.remove(one.sipUri),
      ]) {
        await change();
        versions.push(await table.versions());
      }
      expect(new Set(versions.map((now) => now.get(slot))).size).toBe(versions.length);
      expect(new Set(versions.map((now) => now.get(slotOf(other.sipUri)))).size).toBe(1);
      expect(await table.readSlot(slot)).toEqual([]);
    });

    it('writes nothing over what another has changed, made or removed in the meantime', async () => {
      const table = await open();
      await table.write(one, undefined);
      expect(await table.write(one, undefined)).toBe(false);
      const etag = (await table.find(one.sipUri))?.etag;
      expect(await table.write({ ...one, enabled: false }, etag)).toBe(true);
      expect(await table.write(one, etag)).toBe(false);
      expect((await table.find(one.sipUri))?.record.enabled).toBe(false);
      const newer = (await table.find(one.sipUri))?.etag;
      await table.remove(one.sipUri);
      expect(await table.write(one, newer)).toBe(false);
    });
  });
}
