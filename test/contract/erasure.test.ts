import { recordInvitationEvent } from '../../shared/invitations/recordEvent';
import { createClaims } from '../../shared/storage/claims';
import { createCommandAudit } from '../../shared/storage/commandAudit';
import { erasePerson } from '../../shared/storage/erasePerson';
import { createInvitations } from '../../shared/storage/invitations';
import { recordTables, removeOlderRecords } from '../../shared/storage/retention';
import { sampleInvitationEvent } from '../support/sampleEvents';
import { startTestTables, type TestTables } from '../support/testTables';

let storage: TestTables;
beforeAll(async () => (storage = await startTestTables()));
afterAll(() => storage.close());
beforeEach(() => storage.empty(...recordTables));

const from = (uri: string) => ({ data: { ...sampleInvitationEvent().data, from: { uri, name: 'Somebody' } } });

/** A call of that caller, answered by somebody: rows in every table that can hold some. */
async function recordCall(invitationId: string, uri: string): Promise<void> {
  const store = createInvitations(storage.tables);
  await recordInvitationEvent(sampleInvitationEvent(1, { subject: invitationId, ...from(uri) }), store);
  await recordInvitationEvent(sampleInvitationEvent(2, { subject: invitationId }), store);
  await createClaims(storage.tables).insert(invitationId, 'answer', {
    caller: 'key:a',
    command: 'decline',
    fingerprint: 'f',
    claimedAtMs: 1,
    state: 'sent',
  });
  await createCommandAudit(storage.tables).record({
    invitationId,
    command: 'decline',
    caller: 'key:a',
    authentication: 'key',
    result: 'sent',
    status: 202,
    id: `a-${invitationId}`,
    atMs: 1,
  });
}

async function rowCount(): Promise<number> {
  let rows = 0;
  for (const name of recordTables) for await (const _row of (await storage.tables.client(name)).listEntities()) rows++;
  return rows;
}

describe('erasing a person', () => {
  it('removes every row of the calls that name them, in every table, and no other', async () => {
    await recordCall('hers', 'sip:Ann@contoso.com');
    await recordCall('another', 'sip:ann@contoso.com.au');
    const before = await rowCount();
    expect(before).toBe(12);
    expect(await erasePerson(storage.tables, 'sip:ann@contoso.com')).toBe(6);
    const store = createInvitations(storage.tables);
    expect(await store.head('hers')).toBeUndefined();
    expect(await store.history('hers')).toEqual([]);
    expect(await store.history('another')).toHaveLength(2);
    expect(await rowCount()).toBe(6);
    expect(await erasePerson(storage.tables, 'sip:ann@contoso.com')).toBe(0);
  });
});

describe('retention', () => {
  it('removes the records that are older, and leaves the rest', async () => {
    await recordCall('a call', 'sip:ann@contoso.com');
    expect(await removeOlderRecords(storage.tables, Date.now() - 86_400_000)).toBe(0);
    expect(await removeOlderRecords(storage.tables, Date.now() + 86_400_000)).toBe(6);
    expect(await rowCount()).toBe(0);
  });

  it('removes more rows of a partition than fit in one transaction', async () => {
    const store = createInvitations(storage.tables);
    await Promise.all(Array.from({ length: 150 }, (_, number) => store.append(sampleInvitationEvent(number))));
    expect(await removeOlderRecords(storage.tables, Date.now() + 86_400_000)).toBe(150);
  });
});
