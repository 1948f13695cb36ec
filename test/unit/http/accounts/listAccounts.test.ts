import { listAccounts } from '../../../../shared/http/accounts/listAccounts';
import { encodeSlotHealth, type AccountHealth } from '../../../../shared/relay/accountHealth';
import { SLOT_COUNT, slotOf } from '../../../../shared/relay/slots';
import { accountRecord } from '../../../contract/accountTable';
import { createMemoryAccountTable, registryOf } from '../../../support/memoryAccountTable';
import { testAccount } from '../../../support/restingSession';

const nowMs = Date.UTC(2026, 0, 15, 12);
const sipUris = Array.from({ length: 300 }, (_, index) => `sip:user${index}@contoso.com`);

/** 300 accounts of the table and one of the setting; every tenth is disabled, and of every seventh nothing is reported. */
async function start() {
  const table = createMemoryAccountTable();
  for (const [index, sipUri] of sipUris.entries())
    await table.write(accountRecord(sipUri, { enabled: index % 10 !== 0 }), undefined);
  const reports = sipUris
    .filter((_one, index) => index % 7 !== 0)
    .map((account, index): AccountHealth =>
      index === 3
        ? { account, state: 'credentialsRejected', modalities: [], lastError: 'It was rejected.', nextTryAtMs: nowMs }
        : { account, state: 'connected', modalities: ['Audio'], connectedSinceMs: nowMs - 5_000, lastPollAtMs: nowMs },
    );
  const rows = Array.from({ length: SLOT_COUNT }, (_, slot) => ({
    slot,
    owner: 'p',
    expiresAtMs: nowMs + 5_000,
    health: encodeSlotHealth(reports.filter(({ account }) => slotOf(account) === slot)),
  }));
  let reads = 0;
  const counted = { ...table, readSlot: (slot: number) => ((reads += 1), table.readSlot(slot)) };
  const accounts = registryOf([testAccount('sip:setting@contoso.com')], { table: counted });
  const ports = { accounts, leases: { read: () => Promise.resolve(rows) } };
  return { reads: () => reads, page: (query = {}) => listAccounts({ limit: 50, ...query }, ports, nowMs) };
}

async function all(page: Awaited<ReturnType<typeof start>>['page'], query = {}) {
  const found = [];
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const next = await page({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    expect(next.accounts.length).toBeLessThanOrEqual(50);
    found.push(...next.accounts);
    cursor = next.cursor;
  }
  return found;
}

it('pages through every account once, those of the setting too', async () => {
  const { page, reads } = await start();
  const found = await all(page);
  expect(found.map(({ sipUri }) => sipUri).sort()).toEqual([...sipUris, 'sip:setting@contoso.com'].sort());
  expect(reads()).toBeLessThanOrEqual(SLOT_COUNT);
  expect(new Set(found.map(({ state }) => state))).toEqual(
    new Set(['connected', 'disabled', 'notReported', 'credentialsRejected']),
  );
  expect(JSON.stringify(found)).not.toContain('assword":"');
});

it('reads the slots that a page needs, and no others', async () => {
  const { page, reads } = await start();
  await page({ limit: 5 });
  expect(reads()).toBeLessThanOrEqual(5);
});

it('says of an account in trouble why, what to do, and when it is tried again', async () => {
  const { page } = await start();
  expect(await all(page, { state: 'credentialsRejected' })).toMatchObject([
    {
      state: 'credentialsRejected',
      status: 'fail',
      lastError: 'It was rejected.',
      whatToDo: expect.stringMatching(/^Send the right password: PATCH \/accounts\/sip:user\d+@contoso\.com /),
      nextTry: '2026-01-15T12:00:00.000Z',
    },
  ]);
  expect(await all(page, { state: 'disabled' })).toHaveLength(30);
});

it('refuses a cursor that it did not give', async () => {
  const { page } = await start();
  await expect(page({ cursor: 'x' })).rejects.toMatchObject({ code: 'requestInvalid' });
});
