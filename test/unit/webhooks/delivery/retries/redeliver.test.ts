import { RelayError } from '../../../../../shared/errors/relayError';
import type { RecordedEvent, TroubledDelivery } from '../../../../../shared/invitations/record/callRecords';
import type { DeliveryResult } from '../../../../../shared/invitations/record/deliveryResult';
import { toDeliveryId } from '../../../../../shared/invitations/record/eventKey';
import type { RelayEvent } from '../../../../../shared/invitations/events/relayEvent';
import { RECORD_LAG_MS } from '../../../../../shared/webhooks/delivery/deliveryEnd';
import { createRedeliver, type Recovered } from '../../../../../shared/webhooks/delivery/retries/redeliver';
import { createRenderOnce } from '../../../../../shared/webhooks/formats/renderDelivery';
import type { RefusedRetry, ScheduledRetry } from '../../../../../shared/webhooks/delivery/retries/retryQueue';
import type { Subscription } from '../../../../../shared/webhooks/subscriptions/subscription';
import { createFakeClock } from '../../../../support/fakeClock';
import { createRecordingLog } from '../../../../support/recordingLog';
import { sampleGapEvent, sampleInvitationEvent } from '../../../../support/sampleEvents';
import { sampleSubscription } from '../../../../support/sampleSubscription';

const HOUR_MS = 3_600_000;
const nowMs = sampleInvitationEvent().timeMs + HOUR_MS;
/** A ring that is not over. */
const started: RelayEvent = { ...sampleInvitationEvent(1), expiryTimeMs: nowMs + 20_000 };
const updated: RelayEvent = {
  ...started,
  id: 'event-2',
  sequence: '000000000042-0002',
  type: 'ucwa.audioVideoInvitation.updated',
};
const { expiryTimeMs: _expiryTimeMs, ...ended } = sampleInvitationEvent(3);
const completed: RelayEvent = { ...ended, type: 'ucwa.audioVideoInvitation.completed' };
const over: RelayEvent = { ...started, expiryTimeMs: nowMs };

const result = (outcome: DeliveryResult['outcome'], changes: Partial<DeliveryResult> = {}): DeliveryResult => ({
  subscriptionId: 'sub_a',
  outcome,
  attempted: true,
  durationMs: 1,
  ...changes,
});
const recorded = (event: RelayEvent, ...results: DeliveryResult[]): RecordedEvent => ({
  event,
  recordedAtMs: 1,
  results,
});

interface Given {
  readonly subscription?: Partial<Subscription>;
  readonly events?: readonly RecordedEvent[];
  readonly delivery?: Partial<TroubledDelivery>;
}

function setUp({ subscription = {}, events = [], delivery }: Given) {
  const sent: ScheduledRetry[] = [];
  const asked: (readonly number[])[] = [];
  const log = createRecordingLog();
  const queue = {
    send: (messages: readonly ScheduledRetry[]): Promise<readonly RefusedRetry[]> => {
      sent.push(...messages);
      return Promise.resolve([]);
    },
  };
  const redeliver = createRedeliver({
    clock: createFakeClock(nowMs),
    log,
    queue,
    render: createRenderOnce(() => undefined),
    store: { find: (id) => Promise.resolve(id === 'sub_a' ? sampleSubscription(subscription) : undefined) },
    records: {
      readEvents: (id) =>
        Promise.resolve(
          events.filter(({ event }) => event.subject === id).map((recorded) => ({ ...recorded, hasResults: true })),
        ),
    },
    views: {
      findByDeliveryId: (id) => Promise.resolve(events.find(({ event }) => toDeliveryId(event) === id)),
      async *recordedBetween(sinceMs, untilMs) {
        asked.push([sinceMs, untilMs]);
        yield* await Promise.resolve(events);
      },
      delivery: (subscriptionId, event) =>
        Promise.resolve(
          delivery && { ...result('dead'), attempt: 1, moves: 0, atMs: 1, event, subscriptionId, ...delivery },
        ),
    },
  });
  return { sent, asked, log, queue, redeliver };
}

const nothing: Recovered = { queued: 0, waiting: 0, delivered: 0, expired: 0, superseded: 0 };

describe('recover', () => {
  it.each<[string, Given, Partial<Recovered>]>([
    ['queues what was not delivered', { events: [recorded(completed)] }, { queued: 1 }],
    ['leaves what was delivered first', { events: [recorded(completed, result('delivered'))] }, { delivered: 1 }],
    [
      'leaves what was delivered later',
      { events: [recorded(completed, result('retrying'))], delivery: { outcome: 'delivered' } },
      { delivered: 1 },
    ],
    [
      'leaves what a message goes on with',
      { events: [recorded(completed)], delivery: { outcome: 'retrying', nextAtMs: nowMs } },
      { waiting: 1 },
    ],
    [
      'leaves what was moved since, which is on record five minutes later at most',
      {
        events: [recorded(completed)],
        delivery: { outcome: 'retrying', nextAtMs: nowMs - 599_000 - RECORD_LAG_MS },
      },
      { waiting: 1 },
    ],
    [
      'leaves what was refused and has no row of its own yet',
      { events: [recorded(completed, result('retrying', { attempted: false, nextAtMs: nowMs - RECORD_LAG_MS }))] },
      { waiting: 1 },
    ],
    [
      'queues what no message goes on with',
      { events: [recorded(completed)], delivery: { outcome: 'retrying', nextAtMs: nowMs - HOUR_MS } },
      { queued: 1 },
    ],
    [
      'leaves what is handled right now',
      { events: [recorded({ ...completed, timeMs: nowMs - 1_000 })] },
      { waiting: 1 },
    ],
    ['leaves a ring that is over', { events: [recorded(over)] }, { expired: 1 }],
    ['queues a ring that is not', { events: [recorded(started)] }, { queued: 1 }],
    [
      'queues the newest snapshot alone',
      { events: [recorded(updated), recorded(started)] },
      { queued: 1, superseded: 1 },
    ],
    ['queues the end of a call alone', { events: [recorded(completed), recorded(started)] }, { queued: 1, expired: 1 }],
    [
      'knows the end that the filters keep',
      { subscription: { filters: { types: [started.type] } }, events: [recorded(completed), recorded(started)] },
      { expired: 1 },
    ],
    [
      'takes the newest that is for the subscription',
      { subscription: { filters: { types: [started.type] } }, events: [recorded(updated), recorded(started)] },
      { queued: 1 },
    ],
    [
      'goes by the sequence, in whatever order they are on record',
      { events: [recorded(updated), recorded(completed), recorded(started)] },
      { queued: 1, expired: 2 },
    ],
    [
      'takes calls one by one',
      { events: [recorded({ ...started, subject: 'other' }), recorded(started)] },
      { queued: 2 },
    ],
    [
      'takes each gap',
      { events: [recorded(sampleGapEvent()), recorded(sampleGapEvent({ id: 'gap-2' }))] },
      { queued: 2 },
    ],
  ])('%s', async (_title, given, expected) => {
    const { redeliver, sent } = setUp(given);
    expect(await redeliver.recover('sub_a', { sinceMs: 0 })).toEqual({ ...nothing, ...expected });
    expect(sent).toHaveLength(expected.queued ?? 0);
  });

  it.each([
    ['until now', {}, nowMs],
    ['until it is told', { untilMs: 2 }, 2],
  ])('reads what was recorded since then and %s', async (_title, request, untilMs) => {
    const { redeliver, asked } = setUp({});
    await redeliver.recover('sub_a', { sinceMs: 1, ...request });
    expect(asked).toEqual([[1, untilMs]]);
  });

  it('only counts in a dry run', async () => {
    const { redeliver, sent } = setUp({ events: [recorded(completed)] });
    expect(await redeliver.recover('sub_a', { sinceMs: 0, dryRun: true })).toMatchObject({ queued: 1 });
    expect(sent).toEqual([]);
  });

  it('queues with the id that was given, so that the same request queues nothing twice', async () => {
    const { redeliver, sent } = setUp({ events: [recorded(completed)] });
    await redeliver.recover('sub_a', { sinceMs: 0, redeliveryId: 'key' });
    expect(sent).toMatchObject([{ message: { event: { id: completed.id }, redelivery: { id: 'key', exact: false } } }]);
  });

  it('skips an event that the bus refuses', async () => {
    const { redeliver, queue, log } = setUp({ events: [recorded(completed)] });
    queue.send = ([retry]) =>
      Promise.resolve(retry === undefined ? [] : [{ retry, refusal: new RelayError('messageTooLarge', 'too large') }]);
    expect(await redeliver.recover('sub_a', { sinceMs: 0 })).toEqual(nothing);
    expect(log.lines).toMatchObject([{ event: 'eventNotRecovered' }, { event: 'deliveriesRecovered' }]);
  });
});

describe('redeliver', () => {
  it('queues exactly that event, delivered before or not', async () => {
    const { redeliver, sent } = setUp({ events: [recorded(completed, result('delivered'))] });
    await redeliver.redeliver('sub_a', toDeliveryId(completed), 'key');
    expect(sent).toMatchObject([{ message: { event: { id: completed.id }, redelivery: { id: 'key', exact: true } } }]);
  });

  it.each<[string, Given, string, string, string]>([
    ['an unknown subscription', {}, 'sub_b', toDeliveryId(completed), 'notFound'],
    [
      'a paused one',
      { subscription: { state: { name: 'paused', atMs: 1 } } },
      'sub_a',
      toDeliveryId(completed),
      'subscriptionInactive',
    ],
    ['an unknown delivery', {}, 'sub_a', toDeliveryId(completed), 'notFound'],
    ['a ring that is over', { events: [recorded(over)] }, 'sub_a', toDeliveryId(over), 'invitationEnded'],
    [
      'a ring whose call is over',
      { events: [recorded(completed), recorded(started)] },
      'sub_a',
      toDeliveryId(started),
      'invitationEnded',
    ],
    [
      'what the format shows nothing of',
      { subscription: { format: 'teams' }, events: [recorded(sampleGapEvent())] },
      'sub_a',
      toDeliveryId(sampleGapEvent()),
      'notFound',
    ],
  ])('refuses %s', async (_title, given, subscriptionId, deliveryId, code) => {
    const { redeliver, sent } = setUp(given);
    await expect(redeliver.redeliver(subscriptionId, deliveryId)).rejects.toMatchObject({ code });
    expect(sent).toEqual([]);
  });
});
