import { EXPIRY_GRACE_MS } from '../../shared/invitations/invitationHead';
import type { CallViews } from '../../shared/invitations/record/callViews';
import { toDeliveryId } from '../../shared/invitations/record/eventKey';
import type { InvitationEvent, RelayEvent } from '../../shared/invitations/events/relayEvent';
import { createCallRecords } from '../../shared/storage/calls/createCallRecords';
import { createCallViews } from '../../shared/storage/calls/createCallViews';
import { sampleContextEvent, sampleGapEvent, sampleInvitationEvent } from '../support/sampleEvents';
import { startTestTables, type TestTables } from '../support/testTables';
import { attemptOf, deliveryOf } from './callRecords';

let storage: TestTables;
let views: CallViews;
beforeAll(async () => {
  storage = await startTestTables();
  views = createCallViews(storage.tables, { now: () => nowMs });
});
afterAll(() => storage.close());
beforeEach(() => storage.empty('calls', 'callsByAccount', 'deliveries', 'feed'));

const started = sampleInvitationEvent(1);
const nowMs = started.timeMs + 5_000;
const updated = sampleInvitationEvent(2, {
  type: 'ucwa.audioVideoInvitation.updated',
  timeMs: started.timeMs + 1_000,
  data: { ...started.data, event: 'updated', state: 'alerting', actions: [] },
});
const { expiryTimeMs: _expiryTimeMs, ...rest } = sampleInvitationEvent(3);
const completed: InvitationEvent = {
  ...rest,
  type: 'ucwa.audioVideoInvitation.completed',
  timeMs: started.timeMs + 2_000,
  data: {
    ...started.data,
    event: 'completed',
    state: 'declined',
    actions: [],
    outcome: { result: 'declined', answered: false },
  },
};
const settled: RelayEvent = {
  id: 'settled-1',
  type: 'ucwa.command.settled',
  account: started.account,
  subject: started.subject,
  timeMs: started.timeMs + 1_500,
  data: { invitationId: started.subject, command: 'decline', caller: 'key:a', result: 'sent', status: 202 },
};

/** Records an event as the delivery engine does. */
async function keep(event: RelayEvent, recordedAtMs = event.timeMs + 20, startedAtMs?: number): Promise<void> {
  const records = createCallRecords(storage.tables);
  await records.insertEvent({ event, enqueuedAtMs: event.timeMs + 10, recordedAtMs });
  await records.indexEvent({ event, recordedAtMs, ...(startedAtMs !== undefined && { startedAtMs }) });
}

/** The same event of another call. */
const ofCall = <Event extends RelayEvent>(event: Event, subject: string, laterMs = 0): Event => ({
  ...event,
  id: `${subject}-${event.id}`,
  subject,
  timeMs: event.timeMs + laterMs,
  ...(event.expiryTimeMs !== undefined && { expiryTimeMs: event.expiryTimeMs + laterMs }),
});

const gapBefore = (beforeMs: number) => {
  const gap = sampleGapEvent({ timeMs: beforeMs });
  return { ...gap, data: { ...gap.data, before: new Date(beforeMs).toISOString() } };
};

const idsOf = async (query: Partial<Parameters<CallViews['list']>[0]>): Promise<string[]> =>
  (await views.list({ limit: 50, nowMs, ...query })).heads.map(({ invitationId }) => invitationId);

/** Every page of a list. */
async function allPages(query: Partial<Parameters<CallViews['list']>[0]>): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await views.list({ limit: 3, nowMs, ...query, ...(cursor !== undefined && { cursor }) });
    pages.push(page.heads.map(({ invitationId }) => invitationId));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
}

describe('a call', () => {
  it.each([
    ['in order', [started, updated, completed]],
    ['backwards', [completed, updated, started]],
    ['with every event twice', [started, started, updated, completed, updated, completed]],
  ])('has one state and one history of events that came %s', async (_title, events) => {
    for (const event of events) await keep(event);
    expect(await views.head(started.subject)).toEqual({
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
    expect(await views.history(started.subject)).toEqual([started, updated, completed]);
    expect(await idsOf({})).toEqual([started.subject]);
    expect(await idsOf({ account: started.account })).toEqual([started.subject]);
  });

  const wholeAgain = gapBefore(started.timeMs + 2_000);
  const inGap = updated;
  const afterGap = { ...updated, id: 'event-3', sequence: completed.sequence ?? '', timeMs: started.timeMs + 3_000 };

  it.each([
    ['alive by what was heard after the gap', 'active', undefined, [started, wholeAgain, afterGap]],
    ['alive when the gap comes late', 'active', undefined, [started, afterGap, wholeAgain]],
    ['alive when everything else comes late', 'active', undefined, [afterGap, wholeAgain, inGap, started]],
    ['ended by the gap when nothing was heard after it', 'ended', 'gap', [started, inGap, wholeAgain]],
    ['ended by the gap though what was before its end comes late', 'ended', 'gap', [started, wholeAgain, inGap]],
    ['ended by `completed`, whatever else comes late', 'ended', 'completed', [started, wholeAgain, completed, inGap]],
  ] as const)('is taken for %s', async (_what, state, endedBy, events) => {
    for (const event of events) await keep(event);
    const head = await views.head(started.subject);
    expect([head?.state, head?.endedBy]).toEqual([state, endedBy]);
    for (const account of [undefined, started.account]) {
      const query = { limit: 10, nowMs, ...(account !== undefined && { account }) };
      const { heads } = await views.list({ ...query, state });
      expect(heads.map(({ invitationId, endedBy: by }) => [invitationId, by])).toEqual([[started.subject, endedBy]]);
      expect((await views.list({ ...query, state: state === 'active' ? 'ended' : 'active' })).heads).toEqual([]);
    }
  });

  it('is ended by a gap of its own account only', async () => {
    await keep({ ...started, account: 'sip:other@contoso.com' });
    await keep(gapBefore(started.timeMs + 500));
    expect(await views.head(started.subject)).toMatchObject({ state: 'active' });
  });

  it('is not known where nothing of it is on record', async () => {
    for (const id of ['x', '#', 'a/b?c\\d', "o'clock", '\n', 'x'.repeat(3_000)]) {
      expect(await views.head(id)).toBeUndefined();
      expect(await views.history(id)).toEqual([]);
      expect(await views.timeline(id)).toEqual({ events: [], attempts: [], gaps: [] });
    }
  });
});

describe('a list of calls', () => {
  it('has an account’s calls, the one that began last first, page by page', async () => {
    for (let call = 1; call <= 5; call += 1) {
      await keep(ofCall(started, `call-${call}`, call * 100));
      if (call % 2 === 0) await keep(ofCall(completed, `call-${call}`, call * 100));
    }
    await keep({ ...ofCall(started, 'elsewhere'), account: 'sip:other@contoso.com' });
    expect(await allPages({ account: 'SIP:Reception@contoso.com' })).toEqual([
      ['call-5', 'call-4', 'call-3'],
      ['call-2', 'call-1'],
    ]);
    expect(await allPages({ account: started.account, state: 'ended' })).toEqual([['call-4', 'call-2']]);
    expect(await allPages({ account: started.account, state: 'active' })).toEqual([['call-5', 'call-3', 'call-1']]);
    expect(await idsOf({ account: 'sip:nobody@contoso.com' })).toEqual([]);
  });

  it('has every call once, by its newest row, over all pages, in whatever order their events were recorded', async () => {
    for (let call = 1; call <= 4; call += 1) {
      await keep(ofCall(started, `ended-${call}`, call));
      await keep(ofCall(completed, `ended-${call}`, call));
      await keep(ofCall(started, `ringing-${call}`, call));
      await keep(ofCall(updated, `ringing-${call}`, call));
      await keep(ofCall(completed, `late-${call}`, call), nowMs + call);
      await keep(ofCall(updated, `late-${call}`, call), nowMs + 100 + call);
    }
    await keep(settled);
    for (const limit of [1, 3, 5, 50]) {
      const shown = (await allPages({ limit })).flat();
      expect(shown).toHaveLength(12);
      expect(shown).toEqual([4, 3, 2, 1].map((n) => `late-${n}`).concat(shown.slice(4)));
      expect(shown.slice(4)).toEqual([4, 3, 2, 1].map((n) => `ended-${n}`).concat(shown.slice(8)));
      expect(shown.slice(8)).toEqual([4, 3, 2, 1].map((n) => `ringing-${n}`));
    }
  });

  it('has calls of a caller, of a time, with an outcome, page by page, each once', async () => {
    const alice = { ...started.data.from, name: 'Alice Ångström', uri: 'sip:alice@contoso.com' };
    for (let call = 1; call <= 9; call += 1) {
      const laterMs = call * 60_000;
      const from = call % 3 === 0 ? { name: 'Bob', uri: 'tel:+4930123456', phoneNumber: '+4930123456' } : alice;
      const result = call % 2 === 0 ? ('missed' as const) : ('declined' as const);
      const begun = ofCall({ ...started, data: { ...started.data, from } }, `call-${call}`, laterMs);
      const data = { ...completed.data, from, outcome: { result, answered: false } };
      await keep(begun);
      if (call !== 9) await keep(ofCall({ ...completed, data }, `call-${call}`, laterMs));
    }
    const sinceMs = started.timeMs + 180_000;
    const cases: [Partial<Parameters<CallViews['list']>[0]>, number[]][] = [
      [{ caller: 'ALICE å' }, [8, 7, 5, 4, 2, 1]],
      [{ caller: 'alice@contoso' }, [8, 7, 5, 4, 2, 1]],
      [{ caller: '30 / 123-456' }, [9, 6, 3]],
      [{ caller: 'nobody' }, []],
      [{ outcome: 'missed' }, [8, 6, 4, 2]],
      [{ outcome: 'answered' }, []],
      [{ sinceMs }, [9, 8, 7, 6, 5, 4, 3]],
      [{ untilMs: sinceMs }, [2, 1]],
      [{ sinceMs, untilMs: sinceMs + 1 }, [3]],
      [{ sinceMs, caller: 'alice', outcome: 'missed', state: 'ended' }, [8, 4]],
      [
        { sinceMs: Date.parse('0001-01-01T00:00:00Z'), untilMs: Date.parse('9999-12-31T00:00:00Z'), outcome: 'missed' },
        [8, 6, 4, 2],
      ],
    ];
    for (const [query, calls] of cases)
      for (const account of [undefined, started.account])
        for (const limit of [1, 2, 50]) {
          const laterMs = nowMs + 600_000;
          const pages = await allPages({ ...query, limit, nowMs: laterMs, ...(account !== undefined && { account }) });
          expect({ query, account, limit, calls: pages.flat() }).toEqual({
            query,
            account,
            limit,
            calls: calls.map((call) => `call-${call}`),
          });
        }
    const ringing = { state: 'active', nowMs: nowMs + 545_000 } as const;
    expect(await idsOf({ ...ringing, caller: 'bob' })).toEqual(['call-9']);
    expect(await idsOf({ ...ringing, caller: 'alice' })).toEqual([]);
  });

  it('reads a thousand rows for a page, and goes on from there', async () => {
    await keep(
      ofCall({ ...completed, data: { ...completed.data, outcome: { result: 'busy' } } }, 'wanted'),
      nowMs,
      started.timeMs,
    );
    const others = Array.from({ length: 1_000 }, (_, call) => ofCall(completed, `other-${call}`));
    const records = createCallRecords(storage.tables);
    for (let at = 0; at < others.length; at += 50)
      await Promise.all(
        others
          .slice(at, at + 50)
          .map((event) => records.indexEvent({ event, recordedAtMs: nowMs + 1, startedAtMs: started.timeMs })),
      );
    for (const account of [undefined, started.account])
      expect(await allPages({ outcome: 'busy', ...(account !== undefined && { account }) })).toEqual([[], ['wanted']]);
  });

  it('has what may still ring, of the last ten minutes, the one last heard of first', async () => {
    for (let call = 1; call <= 4; call += 1) await keep(ofCall(started, `ringing-${call}`, call));
    await keep(ofCall(updated, 'ringing-1'));
    await keep(ofCall(started, 'over'));
    await keep(ofCall(completed, 'over'));
    const { expiryTimeMs: _noExpiry, ...endless } = ofCall(started, 'forgotten', -700_000);
    await keep(endless);
    expect(await allPages({ state: 'active' })).toEqual([['ringing-1', 'ringing-4', 'ringing-3'], ['ringing-2']]);
    const laterMs = nowMs + 30_000 + EXPIRY_GRACE_MS;
    expect(await idsOf({ state: 'active', nowMs: laterMs })).toEqual([]);
    expect((await idsOf({ state: 'ended', nowMs: laterMs })).toSorted()).toContain('ringing-4');
  });

  it('knows when a call began whose end came without that, and before its beginning', async () => {
    await keep(completed, nowMs, undefined);
    await keep(started, nowMs + 1);
    for (const account of [undefined, started.account]) {
      const { heads } = await views.list({ limit: 9, nowMs, ...(account !== undefined && { account }) });
      expect(heads).toHaveLength(1);
    }
    expect((await views.list({ limit: 9, nowMs, account: started.account })).heads[0]).toMatchObject({
      startedAtMs: started.timeMs,
      endedBy: 'completed',
    });
  });

  it('shows of a large event what fits into 4 KB', async () => {
    await keep({ ...completed, data: { ...completed.data, subject: 'x'.repeat(20_000) } }, nowMs, started.timeMs);
    expect((await views.list({ limit: 9, nowMs })).heads[0]?.data.omitted).toEqual(['subject']);
    expect((await views.head(started.subject))?.data.subject).toHaveLength(20_000);
  });

  it.each(['§', 'eA', ...['none', 'null', "x' or 1 eq 1"].map((text) => Buffer.from(text).toString('base64url'))])(
    'refuses the cursor %s, which is none',
    async (cursor) => {
      for (const query of [{}, { state: 'active' }, { account: started.account }] as const)
        await expect(views.list({ limit: 3, nowMs, cursor, ...query })).rejects.toMatchObject({
          code: 'requestInvalid',
        });
      await expect(views.timeline(started.subject, cursor)).rejects.toMatchObject({ code: 'requestInvalid' });
      for (const call of [{}, { invitationId: started.subject }])
        await expect(views.deliveries('sub_a', { limit: 3, cursor, ...call })).rejects.toMatchObject({
          code: 'requestInvalid',
        });
    },
  );
});

describe('a timeline', () => {
  it('has events with their results, commands, attempts, and the gaps while the call went on', async () => {
    for (const event of [started, updated, settled, completed]) await keep(event);
    const records = createCallRecords(storage.tables);
    const results = [{ subscriptionId: 'sub_a', outcome: 'delivered', attempted: true, durationMs: 8 }] as const;
    await records.writeResults(started, results);
    await records.writeAttempt(updated, attemptOf());
    const during = gapBefore(started.timeMs + 700);
    for (const gap of [gapBefore(started.timeMs - 1), during, gapBefore(completed.timeMs + 1)])
      await keep({ ...gap, id: `gap-${gap.timeMs}` });
    const { events, attempts, gaps, cursor } = await views.timeline(started.subject);
    expect(events.map(({ event }) => event)).toEqual([started, updated, completed, settled]);
    expect(events[0]).toEqual({
      event: started,
      enqueuedAtMs: started.timeMs + 10,
      recordedAtMs: started.timeMs + 20,
      results,
    });
    expect(attempts).toEqual([{ ...attemptOf(), eventId: updated.id }]);
    expect(gaps.map(({ timeMs }) => timeMs)).toEqual([during.timeMs]);
    expect(cursor).toBeUndefined();
  });

  it('has at most a thousand rows and a MiB a page, and every row once', async () => {
    const records = createCallRecords(storage.tables);
    await keep(started);
    const reason = 'x'.repeat(100);
    const write = (attempt: number) => records.writeAttempt(started, attemptOf({ attempt, reason }));
    for (let at = 0; at < 1_200; at += 50) await Promise.all(Array.from({ length: 50 }, (_, n) => write(at + n + 1)));
    const first = await views.timeline(started.subject);
    expect([first.events.length, first.attempts.length]).toEqual([1, 999]);
    const second = await views.timeline(started.subject, first.cursor);
    expect([second.events.length, second.attempts.length, second.cursor]).toEqual([0, 201, undefined]);

    for (let n = 0; n < 50; n += 1)
      await keep(
        ofCall(
          { ...started, sequence: String(n).padStart(4, '0'), data: { ...started.data, subject: 'x'.repeat(25_000) } },
          'large',
        ),
      );
    const large = await views.timeline('large');
    expect(large.events).toHaveLength(40);
    expect((await views.timeline('large', large.cursor)).events).toHaveLength(10);
  });
});

describe('deliveries', () => {
  it('are listed by subscription, the newest event first, as they stand now', async () => {
    const records = createCallRecords(storage.tables);
    for (let call = 1; call <= 5; call += 1)
      await records.writeDelivery(deliveryOf(ofCall(started, `call-${call}`, call), { subscriptionId: 'sub_a' }));
    await records.writeDelivery(deliveryOf(started, { subscriptionId: 'sub_b' }));
    const last = deliveryOf(ofCall(started, 'call-2', 2), {
      subscriptionId: 'sub_a',
      outcome: 'delivered',
      attempt: 3,
    });
    await records.writeDelivery(last);
    const first = await views.deliveries('sub_a', { limit: 3 });
    expect(first.deliveries.map(({ event }) => event.subject)).toEqual(['call-5', 'call-4', 'call-3']);
    const second = await views.deliveries('sub_a', { limit: 3, cursor: first.cursor ?? '' });
    expect(second.deliveries.map(({ event }) => event.subject)).toEqual(['call-2', 'call-1']);
    expect(second.deliveries[0]).toEqual(last);
    expect(second.cursor).toBeUndefined();
    expect(await views.delivery('sub_a', ofCall(started, 'call-2', 2))).toEqual(last);
    expect(await views.delivery('sub_b', ofCall(started, 'call-2', 2))).toBeUndefined();
    await views.removeDeliveries('sub_a');
    expect((await views.deliveries('sub_a', { limit: 3 })).deliveries).toEqual([]);
    expect((await views.deliveries('sub_b', { limit: 3 })).deliveries).toHaveLength(1);
  });

  it('go on after a page that ends at any kind of event', async () => {
    const records = createCallRecords(storage.tables);
    const ends = [started, settled, sampleContextEvent({ ticket: '1' }), sampleGapEvent()];
    for (const event of ends) {
      await records.writeDelivery(deliveryOf(event, { subscriptionId: 'sub_a' }));
      await records.writeDelivery(deliveryOf({ ...event, timeMs: 1 }, { subscriptionId: 'sub_a' }));
      const first = await views.deliveries('sub_a', { limit: 1 });
      expect(first.deliveries.map(({ event: { type } }) => type)).toEqual([event.type]);
      expect((await views.deliveries('sub_a', { limit: 1, cursor: first.cursor ?? '' })).deliveries).toHaveLength(1);
      await views.removeDeliveries('sub_a');
    }
  });

  it('are those of a call, of an outcome, of a status, of a time', async () => {
    const records = createCallRecords(storage.tables);
    for (let call = 1; call <= 4; call += 1) {
      const rings = ofCall(started, `call-${call}`, call * 1_000);
      const ends = ofCall(completed, `call-${call}`, call * 1_000);
      const commands = ofCall(settled, `call-${call}`, call * 1_000);
      for (const event of [rings, ends, commands]) await keep(event);
      const of = { subscriptionId: 'sub_a' };
      await records.writeDelivery(deliveryOf(rings, { ...of, outcome: 'expired', status: 500 + call }));
      await records.writeDelivery(deliveryOf(ends, { ...of, outcome: 'dead', status: 410 }));
      if (call === 3) await records.writeDelivery(deliveryOf(commands, { ...of, outcome: 'dead', status: 503 }));
    }
    const found = async (query: Omit<Parameters<CallViews['deliveries']>[1], 'limit'>): Promise<string[]> => {
      const all: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await views.deliveries('sub_a', { limit: 2, ...query, ...(cursor !== undefined && { cursor }) });
        all.push(...page.deliveries.map(({ event, status }) => `${event.subject} ${status}`));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return all;
    };
    expect(await found({ invitationId: 'call-3' })).toEqual(['call-3 410', 'call-3 503', 'call-3 503']);
    expect(await found({ invitationId: 'call-3', outcome: 'expired' })).toEqual(['call-3 503']);
    expect(await found({ invitationId: 'none' })).toEqual([]);
    expect(await found({ status: 503 })).toEqual(['call-3 503', 'call-3 503']);
    expect(await found({ outcome: 'expired', untilMs: started.timeMs + 3_000 })).toEqual(['call-2 502', 'call-1 501']);
    expect(await found({ outcome: 'expired', sinceMs: started.timeMs + 3_000 })).toEqual(['call-4 504', 'call-3 503']);
  });

  it('tell how many attempts failed since then', async () => {
    const records = createCallRecords(storage.tables);
    const write = (call: string, changes: Parameters<typeof deliveryOf>[1]) =>
      records.writeDelivery(deliveryOf(ofCall(started, call), { subscriptionId: 'sub_a', ...changes }));
    await write('three failures', { outcome: 'retrying', attempt: 3, atMs: 2_000 });
    await write('two failures', { outcome: 'delivered', attempt: 3, atMs: 2_000 });
    await write('one failure', { outcome: 'expired', attempted: false, attempt: 2, atMs: 2_000 });
    await write('none', { outcome: 'superseded', attempted: false, attempt: 1, atMs: 2_000 });
    await write('before', { outcome: 'dead', attempt: 9, atMs: 1_999 });
    expect(await views.failuresSince('sub_a', 2_000)).toBe(6);
  });

  it('name their event, by which it is found again', async () => {
    for (const event of [started, settled, sampleGapEvent()]) {
      await keep(event);
      expect((await views.findByDeliveryId(toDeliveryId(event)))?.event).toEqual(event);
    }
    expect(await views.findByDeliveryId(toDeliveryId(completed))).toBeUndefined();
    expect(await views.findByDeliveryId('../x')).toBeUndefined();
  });
});

it('what was recorded between two moments comes the newest first, whole and once', async () => {
  const large = { ...updated, data: { ...updated.data, subject: 'x'.repeat(9_000) } };
  for (const event of [started, large, settled, completed, gapBefore(started.timeMs + 90_000)]) await keep(event);
  await createCallRecords(storage.tables).indexEvent({ event: started, recordedAtMs: started.timeMs + 900 });
  const found: RelayEvent[] = [];
  for await (const { event } of views.recordedBetween(started.timeMs + 20, started.timeMs + 90_020)) found.push(event);
  expect(found).toEqual([gapBefore(started.timeMs + 90_000), completed, settled, large, started]);
  const few: string[] = [];
  for await (const { event } of views.recordedBetween(started.timeMs + 21, started.timeMs + 1_520)) few.push(event.id);
  expect(few).toEqual([settled.id, large.id]);
});

describe('what is attached to a call', () => {
  const context = sampleContextEvent({ customer: 'Fabrikam', ticket: 7 });
  const shown = async () =>
    Promise.all([
      views.head(started.subject).then((head) => head?.data.context),
      ...[{}, { account: started.account }].map(async (query) =>
        (await views.list({ limit: 5, nowMs, ...query })).heads.map(({ data }) => data.context),
      ),
    ]);

  it.each([
    ['while it rings', [started, context]],
    ['and then it ends, with what is attached in its last event', [started, context, completed]],
    ['after its end', [started, completed, { ...context, timeMs: completed.timeMs + 500 }]],
  ])('%s is in its head and in both lists', async (_title, events) => {
    for (const event of events)
      await keep(
        event.type.endsWith('completed') && events[1] === context
          ? { ...completed, data: { ...completed.data, context: context.data.context } }
          : event,
        undefined,
        started.timeMs,
      );
    const { context: attached } = context.data;
    expect(await shown()).toEqual([attached, [attached], [attached]]);
  });

  it('is gone when it is taken away', async () => {
    for (const event of [started, context, sampleContextEvent({}, started.timeMs + 300)]) await keep(event);
    expect(await views.head(started.subject)).toMatchObject({
      data: expect.not.objectContaining({ context: {} }) as object,
    });
  });

  it('is in the timeline after the events, in the order of time', async () => {
    const later = sampleContextEvent({ ticket: 8 }, started.timeMs + 300);
    for (const event of [later, settled, context, started]) await keep(event);
    const { events } = await views.timeline(started.subject);
    expect(events.map(({ event }) => event)).toEqual([started, context, later, settled]);
  });
});
