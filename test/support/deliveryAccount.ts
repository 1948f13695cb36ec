import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import type { DeliveryResult } from '../../shared/invitations/record/deliveryResult';
import { busEntities } from '../../shared/messaging/busEntities';
import { fromAttemptRow, fromEventRow, LATER } from '../../shared/storage/calls/callRows';
import { queryRows } from '../../shared/storage/calls/rows';
import { createTables } from '../../shared/storage/tables';
import { parseRetryMessage, type RecordMessage } from '../../shared/webhooks/delivery/retries/retryMessage';

/** Outcomes of every delivery to one subscriber, counted from the tables and the bus, not from what the relay says. */
export interface SubscriberAccount {
  /** Events that have a result for it, or a message. */
  readonly addressed: ReadonlySet<string>;
  /** Deliveries by how they ended; `pending`: with a message in the queue that says when it is tried next. */
  readonly ends: Readonly<Record<'delivered' | 'expired' | 'superseded' | 'dead' | 'disabled' | 'pending', number>>;
  /** The last outcome of each event that is on record. */
  readonly outcomes: ReadonlyMap<string, DeliveryResult['outcome']>;
  /** Why each dead one ended. */
  readonly deadReasons: readonly string[];
  /** Every attempt that was made. */
  readonly attempts: number;
  /** Every message of `webhook-retries` that was sent for it: each one is a step of its delivery, also where it only moves that. */
  readonly messages: number;
  /** What does not add up, in sentences. */
  readonly problems: readonly string[];
}

interface Step extends DeliveryResult {
  /** Number of the message that it was made for, 0 for `deliverEvent` itself. */
  readonly order: number;
}

interface Book {
  readonly steps: Map<string, Step[]>;
  /** Events with a message, by the number of that. */
  readonly queued: Map<string, number>;
}

/**
 * Accounts for every delivery while no host runs: each event that was addressed to a subscriber has an outcome on record, with
 * its reason where it was not delivered, or a message on the bus that will go on with it; and nothing is a dead letter.
 */
export async function accountForDeliveries(
  storage: string,
  bus: string,
  subscriptionIds: readonly string[],
): Promise<ReadonlyMap<string, SubscriberAccount>> {
  const books = new Map<string, Book>(subscriptionIds.map((id) => [id, { steps: new Map(), queued: new Map() }]));
  await readSteps(storage, books);
  const client = new ServiceBusClient(bus);
  try {
    const unhandled = new Set(
      (await peekAll(client, busEntities.events, 'webhooks')).map(({ messageId }) => String(messageId)),
    );
    for (const { body } of await peekAll(client, busEntities.retries)) {
      const message = parseRetryMessage(body);
      if (message.kind === 'attempt')
        books.get(message.subscriptionId)?.queued.set(message.event.id, message.attempt + message.moves);
      else unhandled.add(message.event.id);
      if (message.kind === 'record') addRecord(message, books);
    }
    const dead = [
      ...(await peekAll(client, busEntities.retries, undefined, 'deadLetter')),
      ...(await peekAll(client, busEntities.events, 'webhooks', 'deadLetter')),
    ].map(
      ({ messageId, deadLetterReason }) => `message ${String(messageId)} is a dead letter: ${deadLetterReason ?? ''}`,
    );
    return new Map(
      [...books].map(([id, book]) => {
        const account = accountFor(book, unhandled);
        return [id, { ...account, problems: [...account.problems, ...dead] }] as const;
      }),
    );
  } finally {
    await client.close();
  }
}

/** What storage has not taken yet, as far as it knows, waits as a message. */
function addRecord({ event, results = [], attempt }: RecordMessage, books: ReadonlyMap<string, Book>): void {
  const waiting: readonly Step[] =
    attempt === undefined
      ? results.map((result) => ({ ...result, order: 0 }))
      : [{ ...attempt, order: attempt.attempt + attempt.moves }];
  for (const step of waiting) {
    const known = books.get(step.subscriptionId)?.steps.get(event.id) ?? [];
    if (!known.some(({ order }) => order === step.order)) addStep(books, event.id, step);
  }
}

function addStep(books: ReadonlyMap<string, Book>, eventId: string, step: Step): void {
  const steps = books.get(step.subscriptionId)?.steps;
  steps?.set(eventId, [...(steps.get(eventId) ?? []), step]);
}

async function readSteps(storage: string, books: ReadonlyMap<string, Book>): Promise<void> {
  const tables = createTables({ connectionString: storage }, () => {
    throw new Error('a connection string needs no credential');
  });
  for await (const row of queryRows(tables, 'calls', {})) {
    if (row.rowKey.startsWith(LATER)) {
      const attempt = fromAttemptRow(row);
      addStep(books, attempt.eventId, { ...attempt, order: attempt.attempt + attempt.moves });
    } else {
      const { event, results = [] } = fromEventRow(row);
      for (const result of results) addStep(books, event.id, { ...result, order: 0 });
    }
  }
}

function accountFor({ steps, queued }: Book, unhandled: ReadonlySet<string>): SubscriberAccount {
  const ends = { delivered: 0, expired: 0, superseded: 0, dead: 0, disabled: 0, pending: 0 };
  const problems: string[] = [];
  const deadReasons: string[] = [];
  let messages = 0;
  const outcomes = new Map<string, DeliveryResult['outcome']>();
  const all = [...steps.values()].flat();
  for (const [eventId, ofEvent] of steps) {
    const last = ofEvent.reduce((latest, step) => (step.order >= latest.order ? step : latest));
    outcomes.set(eventId, last.outcome);
    const first = ofEvent.find(({ order }) => order === 0);
    const wasHandedOver = first !== undefined && !first.attempted && first.reason === undefined;
    // The first message after an attempt in `deliverEvent` is already the second step.
    messages += Math.max(0, Math.max(last.order, queued.get(eventId) ?? 0) - (wasHandedOver ? 0 : 1));
    if (last.outcome === 'retrying') {
      ends.pending += 1;
      if (!queued.has(eventId) && !unhandled.has(eventId))
        problems.push(`${eventId} has no outcome and no message that would go on with it: ${describeSteps(ofEvent)}`);
      continue;
    }
    ends[last.outcome] += 1;
    if (last.outcome === 'dead') deadReasons.push(last.reason ?? '');
    if (last.outcome !== 'delivered' && last.reason === undefined)
      problems.push(`${eventId} is ${last.outcome} without a reason`);
  }
  return {
    addressed: new Set([...steps.keys(), ...queued.keys()]),
    ends,
    outcomes,
    deadReasons,
    attempts: all.filter(({ attempted }) => attempted).length,
    messages,
    problems,
  };
}

/** The steps of a delivery that are on record. */
function describeSteps(steps: readonly Step[]): string {
  const describe = ({ order, outcome, attempted, reason = '', atMs = 0, nextAtMs = 0 }: Step): string =>
    `${order} ${outcome}${attempted ? '' : ' without an attempt'} at ${atMs}, next at ${nextAtMs} (${reason})`;
  return steps.map(describe).join('; ');
}

/** Every message, whatever its state: visible, locked, or scheduled. */
async function peekAll(
  client: ServiceBusClient,
  entity: string,
  subscription?: string,
  subQueueType?: 'deadLetter',
): Promise<ServiceBusReceivedMessage[]> {
  const options = subQueueType === undefined ? {} : { subQueueType };
  const receiver =
    subscription === undefined
      ? client.createReceiver(entity, options)
      : client.createReceiver(entity, subscription, options);
  const all: ServiceBusReceivedMessage[] = [];
  for (;;) {
    const [last] = all.slice(-1);
    const found = await receiver.peekMessages(
      250,
      last?.sequenceNumber === undefined ? {} : { fromSequenceNumber: last.sequenceNumber.add(1) },
    );
    if (found.length === 0) break;
    all.push(...found);
  }
  await receiver.close();
  return all;
}
