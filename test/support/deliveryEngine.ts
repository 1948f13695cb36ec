import type { CallRecords } from '../../shared/invitations/record/callRecords';
import { createDeliver, type Deliver } from '../../shared/webhooks/delivery/deliver';
import { createDeliverEvent } from '../../shared/webhooks/delivery/deliverEvent';
import type { SendResult } from '../../shared/webhooks/delivery/classifyResponse';
import type { DeliveryEnd } from '../../shared/webhooks/delivery/deliveryEnd';
import { createDeliveryPolicies } from '../../shared/webhooks/delivery/deliveryPolicy';
import { createKeepRecord, createKeepRow } from '../../shared/webhooks/delivery/keepRecord';
import { createRecentCalls } from '../../shared/webhooks/delivery/recentCalls';
import { createRenderOnce } from '../../shared/webhooks/formats/renderDelivery';
import { createRetryDelivery } from '../../shared/webhooks/delivery/retries/retryDelivery';
import type { RefusedRetry, ScheduledRetry } from '../../shared/webhooks/delivery/retries/retryQueue';
import { createSendRecord } from '../../shared/webhooks/delivery/retries/sendRetries';
import type { RelayError } from '../../shared/errors/relayError';
import type { Subscription } from '../../shared/webhooks/subscriptions/subscription';
import { createFakeClock } from './fakeClock';
import { createMemoryCallRecords } from './memoryCallRecords';
import { createRecordingLog } from './recordingLog';
import { sampleInvitationEvent } from './sampleEvents';
import { sampleSubscription } from './sampleSubscription';

export const responded = (status: number): SendResult => ({
  kind: 'response',
  status,
  retryAfter: undefined,
  body: 'body',
  durationMs: 3,
});
export const never = new Promise<never>(() => undefined);

/** The engine of one process with every port in memory: a test changes what it wants to see. */
export function createDeliveryEngine(given: { readonly subscriptions?: readonly Subscription[] } = {}) {
  const clock = createFakeClock(sampleInvitationEvent().timeMs + 100);
  const log = createRecordingLog();
  const records = createMemoryCallRecords();
  const world = {
    clock,
    log,
    records,
    subscriptions: given.subscriptions ?? [sampleSubscription()],
    posts: [] as string[],
    timeoutsMs: [] as number[],
    sent: [] as ScheduledRetry[],
    /** What the bus refuses for good. */
    refuse: (_retry: ScheduledRetry): RelayError | undefined => undefined,
    observed: [] as DeliveryEnd[],
    freeAtMs: clock.now(),
    respond: (_eventId: string, _subscription: Subscription): Promise<SendResult> => Promise.resolve(responded(200)),
    list: (): Promise<readonly Subscription[]> => Promise.resolve(world.subscriptions),
    usesContexts: true,
    storage: {} as Partial<CallRecords>,
    policies: createDeliveryPolicies(clock),
  };
  const recordsNow = new Proxy<CallRecords>(records, {
    get: (target, name) => Reflect.get({ ...target, ...world.storage }, name) as unknown,
  });
  const render = createRenderOnce(() => undefined);
  const deliver: Deliver = createDeliver({
    clock,
    render,
    records: recordsNow,
    policies: world.policies,
    random: () => 0.5,
    post: async (subscription, eventId, _rendered, timeoutMs) => {
      world.timeoutsMs.push(timeoutMs);
      world.posts.push(`${eventId} to ${subscription.id}`);
      return { ...(await world.respond(eventId, subscription)), headers: {} };
    },
  });
  const queue = {
    send: (messages: readonly ScheduledRetry[]): Promise<readonly RefusedRetry[]> => {
      const refused = messages.flatMap((retry) => {
        const refusal = world.refuse(retry);
        return refusal === undefined ? [] : [{ retry, refusal }];
      });
      world.sent.push(...messages.filter((one) => !refused.some(({ retry }) => retry === one)));
      return Promise.resolve(refused);
    },
  };
  const keepRecord = createKeepRecord({ clock, log });
  const ports = {
    clock,
    log,
    records: recordsNow,
    render,
    deliver,
    random: () => 0.5,
    keepRecord,
    keepRow: createKeepRow(keepRecord, clock),
    recentCalls: createRecentCalls(10),
    nextFreeTime: () => Promise.resolve(world.freeAtMs),
    queue,
    sendRecord: createSendRecord({ queue, clock, log }),
    watch: {
      observe: (_subscription: Subscription, end: DeliveryEnd) => {
        world.observed.push(end);
        return Promise.resolve();
      },
    },
    subscriptions: {
      list: () => world.list(),
      usesContexts: () => Promise.resolve(world.usesContexts),
      find: async (id: string) => (await world.list()).find((one) => one.id === id),
    },
  };
  const deliverEvent = createDeliverEvent(ports);
  return {
    ...ports,
    world,
    deliverEvent,
    retryDelivery: createRetryDelivery({ ...ports, deliverEvent, ownRound: () => Promise.resolve() }),
  };
}
