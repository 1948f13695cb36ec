import { applyEvent, applyGap, EXPIRY_GRACE_MS } from '../../shared/invitations/invitationHead';
import { recordGap, recordInvitationEvent } from '../../shared/invitations/recordEvent';
import type { InvitationEvent } from '../../shared/invitations/relayEvent';
import { createInvitations } from '../../shared/storage/invitations';
import { startTestTables, type TestTables } from '../support/testTables';
import { sampleGapEvent, sampleInvitationEvent } from '../support/sampleEvents';

let storage: TestTables;
beforeAll(async () => (storage = await startTestTables()));
afterAll(() => storage.close());
beforeEach(() => storage.empty('invitationHeads', 'invitationHistory'));

const started = sampleInvitationEvent(1);
const updated = sampleInvitationEvent(2, {
  type: 'ucwa.audioVideoInvitation.updated',
  data: { ...started.data, event: 'updated', state: 'alerting', actions: [] },
});
const rest = sampleInvitationEvent(3);
const completed: InvitationEvent = {
  ...rest,
  type: 'ucwa.audioVideoInvitation.completed',
  data: {
    ...started.data,
    event: 'completed',
    state: 'declined',
    actions: [],
    outcome: { result: 'declined', answered: false },
  },
};
const nowMs = started.timeMs + 1_000;

const orders: [string, InvitationEvent[]][] = [
  ['in order', [started, updated, completed]],
  ['backwards', [completed, updated, started]],
  ['with every event twice', [started, started, updated, completed, updated, completed]],
];

describe('the read model', () => {
  test.each(orders)('has one head and the whole history of events that came %s', async (_title, events) => {
    const store = createInvitations(storage.tables);
    for (const event of events) await recordInvitationEvent(event, store);
    expect(await store.head(started.subject)).toEqual({
      invitationId: started.subject,
      account: started.account,
      state: 'ended',
      endedBy: 'completed',
      startedAtMs: started.timeMs,
      seenAtMs: completed.timeMs,
      sequence: completed.sequence,
      expiryTimeMs: started.expiryTimeMs,
      data: completed.data,
    });
    expect((await store.history(started.subject)).map(({ id }) => id)).toEqual(['event-1', 'event-2', 'event-3']);
  });

  it('takes events of one invitation that come all at once', async () => {
    const store = createInvitations(storage.tables);
    await Promise.all([started, updated, completed].map((event) => recordInvitationEvent(event, store)));
    expect((await store.head(started.subject))?.endedBy).toBe('completed');
    expect((await store.list({ limit: 10, nowMs })).heads).toHaveLength(1);
  });

  it('gives back an event as it was, but for SDP and custom content', async () => {
    const store = createInvitations(storage.tables);
    const media = { offers: [{ contentId: 'o1', fallback: false, sdp: 'v=0' }], customContent: 'x'.repeat(50_000) };
    await recordInvitationEvent({ ...started, data: { ...started.data, media } }, store);
    const [kept] = await store.history(started.subject);
    expect([{ ...kept, correlationId: started.correlationId }]).toEqual([
      { ...started, data: { ...started.data, media: { offers: [{ contentId: 'o1', fallback: false }] } } },
    ]);
  });

  it('keeps an event that is larger than a table row', async () => {
    const store = createInvitations(storage.tables);
    await recordInvitationEvent({ ...started, data: { ...started.data, subject: 'x'.repeat(60_000) } }, store);
    expect((await store.head(started.subject))?.data.omitted).toEqual(['subject']);
  });

  it('lists an account’s calls, the newest first, page by page', async () => {
    const store = createInvitations(storage.tables);
    for (let call = 1; call <= 5; call++) {
      await recordInvitationEvent(
        { ...started, id: `e${String(call)}`, subject: `call-${String(call)}`, timeMs: started.timeMs + call * 1_000 },
        store,
      );
    }
    const first = await store.list({ account: 'SIP:Reception@contoso.com', limit: 3, nowMs });
    expect(first.heads.map(({ invitationId }) => invitationId)).toEqual(['call-5', 'call-4', 'call-3']);
    const second = await store.list({ account: started.account, limit: 3, nowMs, cursor: first.cursor ?? '' });
    expect(second.heads.map(({ invitationId }) => invitationId)).toEqual(['call-2', 'call-1']);
    expect(second.cursor).toBeUndefined();
    expect((await store.list({ account: 'sip:other@contoso.com', limit: 3, nowMs })).heads).toEqual([]);
  });

  test.each(['§', 'eA', Buffer.from('bm9uZQ==').toString('base64url'), Buffer.from('bnVsbA==').toString('base64url')])(
    'refuses the cursor %s, which is none',
    async (cursor) => {
      await expect(createInvitations(storage.tables).list({ limit: 3, nowMs, cursor })).rejects.toMatchObject({
        code: 'requestInvalid',
      });
    },
  );

  it('tells active from ended, and counts a ring that ran out as ended', async () => {
    const store = createInvitations(storage.tables);
    await recordInvitationEvent(started, store);
    await recordInvitationEvent({ ...completed, subject: 'over' }, store);
    const idsOf = async (state: 'active' | 'ended', atMs: number) =>
      (await store.list({ state, limit: 10, nowMs: atMs })).heads.map(({ invitationId }) => invitationId);
    expect(await idsOf('active', nowMs)).toEqual([started.subject]);
    expect(await idsOf('ended', nowMs)).toEqual(['over']);
    const laterMs = (started.expiryTimeMs ?? 0) + EXPIRY_GRACE_MS;
    expect(await idsOf('active', laterMs)).toEqual([]);
    expect((await idsOf('ended', laterMs)).sort()).toEqual([started.subject, 'over'].sort());
  });

  it('closes by a gap what had begun before it ended, of that account only', async () => {
    const store = createInvitations(storage.tables);
    const gap = { ...sampleGapEvent().data, before: new Date(started.timeMs + 500).toISOString() };
    await recordInvitationEvent(started, store);
    await recordInvitationEvent({ ...started, subject: 'later', timeMs: started.timeMs + 1_000 }, store);
    await recordInvitationEvent({ ...started, subject: 'elsewhere', account: 'sip:other@contoso.com' }, store);
    await recordGap(gap, store);
    expect(await store.head(started.subject)).toMatchObject({ state: 'ended', endedBy: 'gap' });
    expect(await store.head('later')).toMatchObject({ state: 'active' });
    expect(await store.head('elsewhere')).toMatchObject({ state: 'active' });
  });

  const wholeAgain = { ...sampleGapEvent().data, before: new Date(started.timeMs + 2_000).toISOString() };
  const inGap = { ...updated, timeMs: started.timeMs + 1_000 };
  const afterGap = {
    ...updated,
    id: 'event-3',
    sequence: sampleInvitationEvent(3).sequence ?? '',
    timeMs: started.timeMs + 3_000,
  };

  it.each([
    ['alive by what was heard after the gap', 'active', undefined, [started, 'gap', afterGap]],
    ['alive when the gap comes late', 'active', undefined, [started, afterGap, 'gap']],
    ['alive when everything else comes late', 'active', undefined, [afterGap, 'gap', inGap, started]],
    ['ended by the gap when nothing was heard after it', 'ended', 'gap', [started, inGap, 'gap']],
    ['ended by the gap though what was heard before its end comes late', 'ended', 'gap', [started, 'gap', inGap]],
    ['ended by `completed`, whatever else comes late', 'ended', 'completed', [started, 'gap', completed, afterGap]],
  ] as const)('takes a call for %s', async (_what, state, endedBy, order) => {
    const store = createInvitations(storage.tables);
    for (const next of order)
      await (next === 'gap' ? recordGap(wholeAgain, store) : recordInvitationEvent(next, store));
    const head = await store.head(started.subject);
    expect([head?.state, head?.endedBy]).toEqual([state, endedBy]);
    const listed = await store.list({ state, limit: 10, nowMs });
    expect(listed.heads).toEqual([head]);
  });

  it('knows nothing of an invitation that it has not seen', async () => {
    const store = createInvitations(storage.tables);
    for (const id of ['x', '#', 'a/b?c\\d', "o'clock", '\n', 'x'.repeat(3_000)]) {
      expect(await store.head(id)).toBeUndefined();
      expect(await store.history(id)).toEqual([]);
    }
  });
});

describe('a head', () => {
  it('lets `completed` stand over a gap that came before it', () => {
    const closed = applyGap(applyEvent(undefined, started), {
      ...sampleGapEvent().data,
      before: new Date(started.timeMs).toISOString(),
    });
    expect(closed.endedBy).toBe('gap');
    expect(applyEvent(closed, completed)).toMatchObject({ state: 'ended', endedBy: 'completed', data: completed.data });
  });
});
