import type {
  CallRecords,
  ListedEvent,
  RecordedEvent,
  TroubledDelivery,
} from '../../shared/invitations/record/callRecords';
import type { DeliveryResult, LaterAttempt } from '../../shared/invitations/record/deliveryResult';
import type { RelayEvent } from '../../shared/invitations/events/relayEvent';
import { sampleContextEvent, sampleGapEvent, sampleInvitationEvent } from '../support/sampleEvents';

const started = sampleInvitationEvent(1);
const updated = sampleInvitationEvent(2, { type: 'ucwa.audioVideoInvitation.updated' });
const settled: RelayEvent = {
  id: 'settled-1',
  type: 'ucwa.command.settled',
  account: started.account,
  subject: started.subject,
  timeMs: started.timeMs + 500,
  data: { invitationId: started.subject, command: 'decline', caller: 'key:a', result: 'sent', status: 202 },
};
const results: DeliveryResult[] = [
  { subscriptionId: 'sub_a', outcome: 'delivered', attempted: true, status: 200, durationMs: 12.5 },
  { subscriptionId: 'sub_b', outcome: 'retrying', attempted: false, durationMs: 0, reason: 'busy', nextAtMs: 1_000 },
];

export function recorded(event: RelayEvent, changes: Partial<RecordedEvent> = {}): RecordedEvent {
  return { event, enqueuedAtMs: event.timeMs + 5, recordedAtMs: event.timeMs + 9, ...changes };
}

/** As readEvents gives it. */
const listed = (event: RelayEvent, hasResults = false): ListedEvent => ({ ...recorded(event), hasResults });

export const attemptOf = (changes: Partial<LaterAttempt> = {}): LaterAttempt => ({
  subscriptionId: 'sub_b',
  outcome: 'retrying',
  attempted: true,
  status: 503,
  durationMs: 7,
  reason: 'HTTP 503',
  nextAtMs: started.timeMs + 9_000,
  attempt: 2,
  moves: 0,
  atMs: started.timeMs + 2_000,
  ...changes,
});

export const deliveryOf = (event: RelayEvent, changes: Partial<TroubledDelivery> = {}): TroubledDelivery => {
  const { id, type, subject, account, timeMs, sequence } = event;
  return {
    ...attemptOf(),
    event: { id, type, subject, account, timeMs, ...(sequence !== undefined && { sequence }) },
    response: 'Überlastet',
    ...changes,
  };
};

/** What every CallRecords does; run for the tables and for the one in memory. */
export function describeCallRecords(title: string, open: () => Promise<CallRecords>): void {
  describe(title, () => {
    it('gives back an event exactly as it was inserted', async () => {
      const records = await open();
      const long = { ...started, data: { ...started.data, subject: 'Ü€😀'.repeat(5_000) } };
      await records.insertEvent(recorded(long));
      expect(await records.readEvents(started.subject)).toEqual([listed(long)]);
      expect(await records.readEvent(started)).toEqual(recorded(long));
    });

    it('inserts an event once: the second time changes nothing', async () => {
      const records = await open();
      await records.insertEvent(recorded(started));
      await records.insertEvent(recorded(started, { recordedAtMs: 1 }));
      expect(await records.readEvents(started.subject)).toEqual([listed(started)]);
    });

    it('inserts an event with its results, and writes them to one that is there already', async () => {
      const records = await open();
      await records.insertEvent(recorded(started, { results: results.slice(0, 1) }));
      await records.insertEvent(recorded(started, { recordedAtMs: 1, results }));
      expect(await records.readEvent(started)).toEqual(recorded(started, { results }));
    });

    it('inserts one event once by many processes at the same moment', async () => {
      const records = await open();
      await Promise.all(Array.from({ length: 10 }, () => records.insertEvent(recorded(started))));
      expect(await records.readEvents(started.subject)).toEqual([listed(started)]);
    });

    it('writes results beside an event, for hundreds of subscribers, over those written before', async () => {
      const records = await open();
      const many = Array.from({ length: 500 }, (_, index) => ({
        ...results[1],
        subscriptionId: `sub_${String(index).padStart(22, '0')}`,
        reason: 'ü'.repeat(100),
      })) as DeliveryResult[];
      await records.insertEvent(recorded(started));
      await records.writeResults(started, many);
      expect(await records.readEvent(started)).toEqual(recorded(started, { results: many }));
      await records.writeResults(started, results);
      expect(await records.readEvent(started)).toEqual(recorded(started, { results }));
      expect(await records.readEvents(started.subject)).toEqual([listed(started, true)]);
    });

    it('refuses results of an event that is not on record', async () => {
      await expect((await open()).writeResults(started, results)).rejects.toThrow();
    });

    it('reads the events of one invitation by sequence, without its commands', async () => {
      const records = await open();
      for (const event of [updated, settled, started, { ...started, subject: 'another' }])
        await records.insertEvent(recorded(event));
      expect(await records.readEvents(started.subject)).toEqual([listed(started), listed(updated)]);
    });

    it('tells what was attached last, and has each context before the events', async () => {
      const records = await open();
      expect(await records.readContext(started.subject)).toBeUndefined();
      const first = sampleContextEvent({ ticket: 1 }, started.timeMs + 100);
      const second = sampleContextEvent({ ticket: 2 }, started.timeMs + 200);
      for (const event of [started, second, first]) await records.insertEvent(recorded(event));
      expect(await records.readContext(started.subject)).toEqual({ ticket: 2 });
      expect(await records.readEvents(started.subject)).toEqual([listed(second), listed(first), listed(started)]);
      expect(await records.readContext('another')).toBeUndefined();
    });

    it.each([
      ['an invitation’s event', started],
      ['a context', sampleContextEvent({ ticket: 1 })],
      ['a settled command', settled],
      ['a gap', sampleGapEvent()],
      [
        'an event about a subscription',
        { ...settled, type: 'ucwa.subscription.disabled', subject: 'sub_a', account: 'urn:ucwa-relay:webhooks' },
      ],
    ])('finds %s by what the event tells', async (_title, event) => {
      const records = await open();
      await records.insertEvent(recorded(event));
      expect(await records.readEvent(event)).toEqual(recorded(event));
      expect(await records.readEvent({ ...event, id: 'other' })).toBeUndefined();
    });

    it('has nothing of an invitation that is not known, whatever the id', async () => {
      const records = await open();
      for (const id of ['x', '#', 'a/b?c\\d', "o'clock", '\n', 'x'.repeat(3_000)])
        expect(await records.readEvents(id)).toEqual([]);
    });

    it('takes attempts, deliveries and the index twice', async () => {
      const records = await open();
      for (let time = 0; time < 2; time += 1) {
        await records.writeAttempt(started, attemptOf());
        await records.writeAttempt(started, attemptOf({ redeliveryId: 'again/1', moves: 3 }));
        await records.writeDelivery(deliveryOf(started));
        await records.indexEvent({ ...recorded(started), startedAtMs: started.timeMs });
      }
      expect(await records.readEvents(started.subject)).toEqual([]);
    });

    it('writes a whole record at once, also over what is there already', async () => {
      const records = await open();
      await records.writeRecord({ ...recorded(started), startedAtMs: started.timeMs });
      expect(await records.readEvent(started)).toEqual(recorded(started));
      await records.writeRecord({ ...recorded(started, { results }), startedAtMs: started.timeMs });
      expect(await records.readEvent(started)).toEqual(recorded(started, { results }));
      await records.writeRecord(recorded(updated, { results }));
      expect(await records.readEvent(updated)).toEqual(recorded(updated, { results }));
    });
  });
}
