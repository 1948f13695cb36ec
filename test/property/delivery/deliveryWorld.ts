import { AsyncLocalStorage } from 'node:async_hooks';
import type { RelayEvent } from '../../../shared/invitations/events/relayEvent';
import { silentLog } from '../../../shared/telemetry/log';
import {
  createDeliver,
  type Deliver,
  type DeliverPorts,
  type DueDelivery,
} from '../../../shared/webhooks/delivery/deliver';
import { createDeliverEvent } from '../../../shared/webhooks/delivery/deliverEvent';
import { createDeliveryPolicies } from '../../../shared/webhooks/delivery/deliveryPolicy';
import { createKeepRecord, createKeepRow } from '../../../shared/webhooks/delivery/keepRecord';
import { createNextFreeTime } from '../../../shared/webhooks/delivery/pacing';
import { createRecentCalls } from '../../../shared/webhooks/delivery/recentCalls';
import { createRenderOnce } from '../../../shared/webhooks/formats/renderDelivery';
import { createRetryDelivery } from '../../../shared/webhooks/delivery/retries/retryDelivery';
import {
  parseRetryMessage,
  retryMessageId,
  toRetryBody,
  type RetryMessage,
} from '../../../shared/webhooks/delivery/retries/retryMessage';
import type { RetryQueue } from '../../../shared/webhooks/delivery/retries/retryQueue';
import { createSendRecord } from '../../../shared/webhooks/delivery/retries/sendRetries';
import { createSubscriberWatch } from '../../../shared/webhooks/delivery/subscriberWatch';
import type { CallRecords } from '../../../shared/invitations/record/callRecords';
import { createSeededRandom, type SeededRandom } from '../../support/seededRandom';
import type { MemoryCallRecords } from '../../support/memoryCallRecords';
import { applyChange, planEvents, planSubscription, type PlannedEvent } from './planEvents';
import type { Scenario } from './scenario';
import { createSimulatedQueue, type Receiver, type SimulatedQueue } from './simulatedBus';
import { createProcess, type Fault, type Operation, type SimulatedProcess } from './simulatedProcess';
import { createSimulatedStorage, type SimulatedStorage } from './simulatedStorage';
import { createSimulatedSubscribers, type SimulatedSubscribers } from './simulatedSubscribers';
import { createVirtualTime, type VirtualTime } from './virtualTime';

const START_MS = Date.UTC(2026, 0, 15, 12);
/** The schedule of a delivery is over after a little more than three days. */
const END_MS = START_MS + 20 * 24 * 3_600_000;

/** The parts of one process that a planted mistake may replace. */
export interface EngineParts extends Omit<DeliverPorts, 'records'> {
  readonly records: CallRecords;
  readonly queue: RetryQueue;
  readonly role: Role;
  /** All that is on record. */
  readonly onRecord: MemoryCallRecords;
}
export type Role = 'deliverEvent' | 'retryDelivery';

/** What is done in another way than the engine does it. */
export interface PlantedMistake {
  messageId?(message: RetryMessage): string;
  parts?(parts: EngineParts): EngineParts;
  deliver?(deliver: Deliver, parts: EngineParts): Deliver;
}

/** One call of `deliverEvent` or `retryDelivery`. */
export interface Invocation {
  readonly process: SimulatedProcess;
  readonly role: Role;
  readonly event: RelayEvent;
  readonly deliveryCount: number;
  readonly atMs: number;
  /** Deliveries that ended in it. */
  readonly dues: DueDelivery[];
  /** Whether the process had a list of subscriptions already. */
  readonly isWarm: boolean;
  /** When it resolved; undefined when it did not. */
  resolvedAtMs?: number;
}

/** All that happened. */
export interface History {
  readonly startMs: number;
  readonly published: readonly PlannedEvent[];
  readonly invocations: readonly Invocation[];
  /** All deliveries, in the order in which they were handed in. */
  readonly handedIn: readonly DueDelivery[];
  readonly subscribers: SimulatedSubscribers;
  readonly storage: SimulatedStorage;
  readonly topic: SimulatedQueue<RelayEvent>;
  readonly retries: SimulatedQueue<Buffer>;
  /** Every message that `webhook-retries` took. */
  readonly sent: readonly { readonly message: RetryMessage; readonly atMs: number }[];
  /** Whether everything came to its end. */
  readonly isQuiet: boolean;
}

interface World {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly storage: SimulatedStorage;
  readonly subscribers: SimulatedSubscribers;
  readonly topic: SimulatedQueue<RelayEvent>;
  readonly retries: SimulatedQueue<Buffer>;
  readonly sent: { message: RetryMessage; atMs: number }[];
  readonly invocations: Invocation[];
  readonly handedIn: DueDelivery[];
  readonly mistake: PlantedMistake;
}

interface PendingFault extends Fault {
  /** How often the operation is still done before it befalls the process. */
  left: number;
}

const dueDelivery = new AsyncLocalStorage<DueDelivery>();
const invocation = new AsyncLocalStorage<Invocation>();

/** The delivery whose attempt, or whose read, is being made. */
export const currentDue = (): DueDelivery | undefined => dueDelivery.getStore();

/** The call of `deliverEvent` or `retryDelivery` that is being made. */
export const currentInvocation = (): Invocation | undefined => invocation.getStore();

/** Lets everything happen that the scenario plans, until nothing is left to do. */
export async function runScenario(scenario: Scenario, mistake: PlantedMistake = {}): Promise<History> {
  const random = createSeededRandom(scenario.seed);
  const time = createVirtualTime(START_MS, random);
  const subscriptions = scenario.subscribers.map(planSubscription);
  const storage = createSimulatedStorage({
    time,
    random,
    startMs: START_MS,
    troubles: scenario.storage,
    subscriptions,
  });
  const planned = new Map(
    scenario.subscribers.map((subscriber, index) => [planSubscription(subscriber, index).id, subscriber]),
  );
  const subscribers = createSimulatedSubscribers({ time, random, startMs: START_MS, planned });
  const running: { deliverEvent: Receiver<RelayEvent>[]; retryDelivery: Receiver<Buffer>[] } = {
    deliverEvent: [],
    retryDelivery: [],
  };
  const topic = createSimulatedQueue({ time, random, receivers: () => running.deliverEvent });
  const retries = createSimulatedQueue({ time, random, receivers: () => running.retryDelivery });
  const world: World = {
    time,
    random,
    storage,
    subscribers,
    topic,
    retries,
    sent: [],
    invocations: [],
    handedIn: [],
    mistake,
  };

  const faults = scenario.faults.map((fault) => ({ ...fault, left: fault.nth }));
  for (const index of [0, 1, 2, 3]) start(world, index, faults, running);
  const published = planEvents(scenario.calls, START_MS);
  for (const { event, atMs } of published) time.at(atMs, () => topic.put(event.id, event));
  for (const { atMs, subscriber, change } of scenario.changes)
    time.at(START_MS + atMs, () =>
      storage.change(`sub_${String(subscriber)}`, (current) => applyChange(current, change, time.now())),
    );
  const isQuiet = await time.run(END_MS);
  return { ...world, startMs: START_MS, published, isQuiet };
}

/** Starts a process, and again after each of its crashes. The first two are of `deliverEvent`, the others of `retryDelivery`. */
function start(
  world: World,
  index: number,
  faults: readonly PendingFault[],
  running: { deliverEvent: Receiver<RelayEvent>[]; retryDelivery: Receiver<Buffer>[] },
): void {
  const { time } = world;
  const nextFault = (operation: Operation): Fault | undefined =>
    faults.find((fault) => fault.process === index && fault.operation === operation && fault.left-- === 0);
  const process = createProcess({
    ...world,
    nextFault,
    onCrash: (downForMs) => {
      running.deliverEvent = running.deliverEvent.filter((receiver) => receiver.process !== process);
      running.retryDelivery = running.retryDelivery.filter((receiver) => receiver.process !== process);
      time.at(time.now() + downForMs, () => start(world, index, faults, running));
    },
  });
  const { deliverEvent, retryDelivery } = wire(world, process, index < 2 ? 'deliverEvent' : 'retryDelivery');
  if (index < 2) running.deliverEvent.push({ process, handle: deliverEvent });
  else running.retryDelivery.push({ process, handle: retryDelivery });
}

/** The engine of one process, as createWebhooks wires it, on this world's time, storage, bus and network. */
function wire(world: World, process: SimulatedProcess, role: Role) {
  const { random, storage, subscribers, mistake, time } = world;
  const { clock } = process;
  const log = silentLog;
  const planted: EngineParts = {
    role,
    onRecord: storage.records,
    clock,
    random: () => random.next(),
    records: storage.recordsFor(process),
    policies: createDeliveryPolicies(clock),
    post: subscribers.postFor(process, currentDue),
    render: createRenderOnce(() => undefined),
    queue: queueFor(world, process),
  };
  const parts = mistake.parts?.(planted) ?? planted;
  const subscriptions = storage.subscriptionsFor(process);
  let isWarm = false;
  const made = createDeliver(parts);
  const deliver = mistake.deliver?.(made, parts) ?? made;
  const keepRecord = createKeepRecord({ clock, log });
  const ports = {
    ...parts,
    clock,
    log,
    subscriptions: {
      find: (id: string) => subscriptions.find(id),
      usesContexts: () => subscriptions.usesContexts(),
      list: async () => {
        const list = await subscriptions.list();
        isWarm = true;
        return list;
      },
    },
    deliver: async (due: DueDelivery) => {
      world.handedIn.push(due);
      const end = await dueDelivery.run(due, () => deliver(due));
      invocation.getStore()?.dues.push(due);
      return end;
    },
    keepRecord,
    keepRow: createKeepRow(keepRecord, clock),
    sendRecord: createSendRecord({ ...parts, log }),
    nextFreeTime: createNextFreeTime(storage.rateSlotsFor(process), clock),
    recentCalls: createRecentCalls(100),
    watch: createSubscriberWatch({
      health: storage.healthFor(process),
      views: { failuresSince: () => Promise.resolve(0) },
      policies: parts.policies,
      publisher: publisherFor(world, process),
      subscriptions,
      clock,
      log,
    }),
  };
  const deliverEvent = createDeliverEvent(ports);
  const retryDelivery = createRetryDelivery({ ...ports, deliverEvent, ownRound: () => Promise.resolve() });
  const invoke = async (event: RelayEvent, deliveryCount: number, work: () => Promise<unknown>): Promise<void> => {
    const made: Invocation = { process, role, event, deliveryCount, atMs: time.now(), dues: [], isWarm };
    world.invocations.push(made);
    await invocation.run(made, work);
    made.resolvedAtMs = time.now();
  };
  const handleEvent: Receiver<RelayEvent>['handle'] = (event, arrival) =>
    invoke(event, arrival.deliveryCount, () => deliverEvent(structuredClone(event), arrival));
  const handleRetry: Receiver<Buffer>['handle'] = (body, { deliveryCount }) => {
    const message = parseRetryMessage(body);
    return invoke(message.event, deliveryCount, () => retryDelivery(message, deliveryCount > 1));
  };
  return { deliverEvent: handleEvent, retryDelivery: handleRetry };
}

function queueFor({ random, retries, sent, time, mistake }: World, process: SimulatedProcess): RetryQueue {
  const journey = () => ({ thereMs: random.between(0.5, 8), backMs: random.between(0.5, 8) });
  return {
    send: (messages) =>
      process.request('send', journey, () => {
        for (const { message, atMs = time.now() } of messages)
          if (retries.put((mistake.messageId ?? retryMessageId)(message), toRetryBody(message), atMs))
            sent.push({ message, atMs });
        return [];
      }),
  };
}

function publisherFor({ random, topic }: World, process: SimulatedProcess) {
  const journey = () => ({ thereMs: random.between(0.5, 8), backMs: random.between(0.5, 8) });
  return {
    publish: (events: readonly RelayEvent[]) =>
      process.request('send', journey, () => {
        for (const event of events) topic.put(event.id, event);
      }),
  };
}
