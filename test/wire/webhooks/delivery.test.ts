import { Webhook } from 'standardwebhooks';
import { compact } from '../../../shared/invitations/compact';
import type { CallRecords } from '../../../shared/invitations/record/callRecords';
import { createCallRecords } from '../../../shared/storage/calls/createCallRecords';
import { createCallViews } from '../../../shared/storage/calls/createCallViews';
import { useWebhookProcesses, type WebhookProcess } from '../../support/webhookProcesses';
import { callEvent, ringStartMs } from '../../support/webhookEvents';

const processes = useWebhookProcesses();
const records = (): CallRecords => createCallRecords(processes.tables());
const started = callEvent('started');
const updated = callEvent('updated', { timeMs: ringStartMs + 1_000 });
const completed = callEvent('completed', { timeMs: ringStartMs + 2_000 });

/** Results of an event by subscription, as they are on record. */
async function resultsOf(event: typeof started): Promise<Readonly<Record<string, object>>> {
  const recorded = await records().readEvent(event);
  return Object.fromEntries((recorded?.results ?? []).map(({ subscriptionId, ...result }) => [subscriptionId, result]));
}

describe('an event of the topic', () => {
  it('is sent to every subscriber that it is for, signed, in the order of the call, and its results are recorded', async () => {
    const process = processes.open();
    const [one, other] = [await processes.subscriber(process), await processes.subscriber(process)];
    const ends = await processes.subscriber(process, undefined, {
      filters: { types: ['ucwa.audioVideoInvitation.completed'] },
    });
    for (const event of [started, updated, completed])
      await process.clock.advanceUntil(process.webhooks.deliverEvent(event, { deliveryCount: 1 }), 1);
    for (const { server, secret } of [one, other]) {
      expect(server.requests.map(({ headers }) => headers['webhook-id'])).toEqual([
        started.id,
        updated.id,
        completed.id,
      ]);
      for (const { body, headers } of server.requests)
        expect(headers['webhook-signature']).toBe(
          new Webhook(secret).sign(String(headers['webhook-id']), new Date(ringStartMs), body.toString('utf8')),
        );
    }
    expect(ends.server.requests.map(({ headers }) => headers['webhook-id'])).toEqual([completed.id]);
    const delivered = {
      outcome: 'delivered',
      attempted: true,
      status: 204,
      atMs: expect.any(Number),
      durationMs: expect.any(Number),
    };
    expect(await resultsOf(started)).toEqual({ [one.id]: delivered, [other.id]: delivered });
    expect(await resultsOf(completed)).toEqual({ [one.id]: delivered, [other.id]: delivered, [ends.id]: delivered });
    expect(process.queue.accepted()).toBe(0);
  });

  it('that failed with one subscriber is tried again by the schedule until it is delivered', async () => {
    const process = processes.open();
    const { server, id } = await processes.subscriber(process, (_, count) => ({ status: count < 3 ? 500 : 204 }));
    await process.webhooks.deliverEvent(started, { deliveryCount: 1 });
    expect(await resultsOf(started)).toEqual({
      [id]: {
        outcome: 'retrying',
        attempted: true,
        status: 500,
        durationMs: expect.any(Number),
        atMs: ringStartMs,
        reason: 'responded 500',
        nextAtMs: ringStartMs + 1_000,
      },
    });
    await process.handleUntil(Infinity);
    expect(server.requests).toHaveLength(3);
    expect(server.requests.map(({ headers }) => [headers['webhook-id'], headers['webhook-timestamp']])).toEqual(
      [0, 1, 3].map((seconds) => [started.id, String(ringStartMs / 1000 + seconds)]),
    );
    expect(new Set(server.requests.map(({ body }) => body.toString())).size).toBe(1);
    const { deliveries } = await createCallViews(processes.tables(), process.clock).deliveries(id, { limit: 10 });
    expect(deliveries).toEqual([expect.objectContaining({ outcome: 'delivered', attempt: 3, status: 204 })]);
  });

  it('that the bus gives out again is not sent again where it was delivered, and goes on where it was not', async () => {
    const process = processes.open();
    const healthy = await processes.subscriber(process);
    const failing = await processes.subscriber(process, () => ({ status: 500 }));
    await process.webhooks.deliverEvent(started, { deliveryCount: 1 });
    await process.webhooks.deliverEvent(started, { deliveryCount: 2 });
    expect([healthy.server.requests.length, failing.server.requests.length]).toEqual([1, 1]);
    expect(process.queue.accepted()).toBe(1);
  });

  it('disables a subscription that responds 410, until it is made active, and publishes that', async () => {
    const process = processes.open();
    let status = 410;
    const { server, id } = await processes.subscriber(process, () => ({ status }));
    await process.webhooks.deliverEvent(started, { deliveryCount: 1 });
    await process.webhooks.deliverEvent(completed, { deliveryCount: 1 });
    expect(server.requests).toHaveLength(1);
    expect(await process.webhooks.subscriptions.get(id)).toMatchObject({
      state: 'disabled',
      stateReason: 'responded 410',
    });
    expect(process.published).toEqual([expect.objectContaining({ type: 'ucwa.subscription.disabled', subject: id })]);

    status = 204;
    await process.webhooks.subscriptions.change(id, { state: 'active' });
    await process.webhooks.deliverEvent(callEvent('started', { call: 2 }), { deliveryCount: 1 });
    expect(server.requests).toHaveLength(2);
  });
});

describe('a late snapshot', () => {
  const late = (process: WebhookProcess) => process.clock.advance(8_000);

  it('is not sent when the call is over', async () => {
    const process = processes.open();
    const { server, id } = await processes.subscriber(process, undefined, {
      filters: { types: ['ucwa.audioVideoInvitation.started'] },
    });
    await records().insertEvent({ event: completed, recordedAtMs: ringStartMs });
    await late(process);
    await process.webhooks.deliverEvent(started, { deliveryCount: 1 });
    expect(server.requests).toEqual([]);
    expect(await resultsOf(started)).toMatchObject({ [id]: { outcome: 'expired', reason: 'the call is over' } });
  });

  it.each([
    ['is not sent when a newer one is for the subscriber', {}, 'superseded', 0],
    [
      'is sent when the newer one does not pass its filters',
      { filters: { types: ['ucwa.audioVideoInvitation.started'] } },
      'delivered',
      1,
    ],
    ['is sent when its format shows nothing of the newer one', { format: 'teams' }, 'delivered', 1],
  ])('%s', async (_, request, outcome, requests) => {
    const process = processes.open();
    const { server, id } = await processes.subscriber(process, undefined, request);
    await records().insertEvent({ event: updated, recordedAtMs: ringStartMs });
    await late(process);
    await process.webhooks.deliverEvent(started, { deliveryCount: 1 });
    expect(server.requests).toHaveLength(requests);
    expect(await resultsOf(started)).toMatchObject({ [id]: { outcome } });
  });
});

describe('while storage does not answer', () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const away: CallRecords = {
    insertEvent: never,
    indexEvent: never,
    writeResults: never,
    readEvents: never,
    readContext: never,
    readEvent: never,
    writeAttempt: never,
    writeDelivery: never,
    writeRecord: never,
  };

  it('an event is sent within a second and recorded when storage is back', async () => {
    const process = processes.open({ records: away });
    const { server, id } = await processes.subscriber(process);
    await process.webhooks.subscriptions.list();
    const delivered = process.webhooks.deliverEvent(started, { deliveryCount: 1 });
    await process.clock.advance(1_000);
    await server.received(1);
    await process.clock.advanceUntil(delivered);
    const back = processes.open({ clock: process.clock, queue: process.queue });
    await back.handleUntil(ringStartMs + 60_000);
    expect(server.requests).toHaveLength(1);
    expect(await resultsOf(started)).toMatchObject({ [id]: { outcome: 'delivered' } });
  });

  it('a record is tried again after 30 s, and then at twice the distance', async () => {
    const process = processes.open({ records: away });
    await processes.subscriber(process);
    await process.clock.advanceUntil(process.webhooks.deliverEvent(started, { deliveryCount: 1 }), 250);
    const waits: number[] = [];
    for (let tries = 0; tries < 4; tries += 1) {
      const dueMs = process.queue.nextAtMs() ?? NaN;
      await process.clock.advance(dueMs - process.clock.now());
      await process.clock.advanceUntil(process.handleDue(), 250);
      waits.push(Math.round(((process.queue.nextAtMs() ?? NaN) - dueMs) / 10_000) * 10);
    }
    expect(waits).toEqual([60, 120, 240, 480]);
  });
});

describe('forty recoveries at once by two processes', () => {
  it.each([
    ['without a key', () => undefined],
    ['with one key', () => 'key'],
  ])('%s queue each event once', async (_what, redeliveryId) => {
    const process = processes.open();
    const other = processes.open({ clock: process.clock, queue: process.queue });
    const { server, id } = await processes.subscriber(process);
    await process.webhooks.subscriptions.change(id, { state: 'paused' });
    const ended = [1, 2, 3].map((call) => callEvent('completed', { call }));
    for (const event of ended) await process.webhooks.deliverEvent(event, { deliveryCount: 1 });
    await process.clock.advance(61_000);
    await process.webhooks.subscriptions.change(id, { state: 'active' });
    const request = { sinceMs: 0, ...compact({ redeliveryId: redeliveryId() }) };
    const recoveries = Array.from({ length: 40 }, (_, n) =>
      (n % 2 === 0 ? process : other).webhooks.redelivery.recover(id, request),
    );
    for (const recovered of await Promise.all(recoveries)) expect(recovered).toMatchObject({ queued: 3 });
    await process.handleDue();
    expect(server.requests.map(({ headers }) => headers['webhook-id']).sort()).toEqual(
      ended.map((event) => event.id).sort(),
    );
  });
});
