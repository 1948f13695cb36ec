import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { busEntities } from '../../shared/messaging/busEntities';
import { createDeliveryJournal } from '../../shared/storage/deliveryJournal';
import { fromLogRow, LOG } from '../../shared/storage/logRows';
import { foldOrder } from '../../shared/storage/orderRows';
import { createTables } from '../../shared/storage/tables';
import { countEntry, noDeliveries } from '../../shared/webhooks/deliveryCounts';
import { isParked, parseQueuedMessage } from '../../shared/webhooks/deliveryMessage';
import type { DeliveryLogEntry, DeliveryOutcome } from '../../shared/webhooks/ports';

/** What became of every delivery to one subscriber, counted from the tables and the bus, not from what the relay says. */
export interface SubscriberAccount {
  /** Events that the fan-out addressed to it. */
  readonly addressed: ReadonlySet<string>;
  /** Deliveries by how they ended; `pending`: with a message in the queue that says when it is tried next. */
  readonly ends: Readonly<Record<Exclude<DeliveryOutcome, 'retrying'> | 'pending', number>>;
  /** Every attempt that was made. */
  readonly attempts: number;
  /** What does not add up, in sentences. */
  readonly problems: readonly string[];
}

/**
 * Accounts for every delivery while no host runs: each event that was addressed to a subscriber has an end in the log, with
 * its reason where it was not delivered, or a message on the bus that will go on with it; nothing else is on the bus or in
 * the log; and the counts kept are those that the log adds up to.
 */
export async function accountForDeliveries(
  storage: string,
  bus: string,
  subscriptionIds: readonly string[],
): Promise<ReadonlyMap<string, SubscriberAccount>> {
  const tables = createTables({ connectionString: storage }, () => {
    throw new Error('a connection string needs no credential');
  });
  const log = createDeliveryJournal(tables);
  const client = new ServiceBusClient(bus);
  try {
    const addressed = new Map(subscriptionIds.map((id) => [id, new Set<string>()]));
    for await (const row of (await tables.client('deliveryOrder')).listEntities()) {
      const order = foldOrder([row]);
      for (const id of subscriptionIds) for (const { eventId } of order(id)) addressed.get(id)?.add(eventId);
    }
    const notFannedOut = new Set(
      (await peekAll(client, busEntities.events, 'webhooks')).map(({ messageId }) => String(messageId)),
    );
    const queued = new Map(subscriptionIds.map((id) => [id, new Set<string>()]));
    for (const { body } of await peekAll(client, busEntities.deliveries)) {
      const message = parseQueuedMessage(body);
      for (const { subscriptionId } of isParked(message) ? message.waiting : [message])
        queued.get(subscriptionId)?.add(message.event.id);
    }
    // Read once for all: page by page for each of a hundred, a log of hundreds of thousands would take longer than the calls did.
    const logged = new Map<string, DeliveryLogEntry[]>(subscriptionIds.map((id) => [id, []]));
    for await (const row of (await tables.client('deliveries')).listEntities({
      queryOptions: { filter: `RowKey ge '${LOG}' and RowKey lt '${LOG}~'` },
    })) {
      for (const entry of fromLogRow(row)) logged.get(entry.subscriptionId)?.push(entry);
    }
    const deadLetters = [
      ...(await peekAll(client, busEntities.deliveries, undefined, 'deadLetter')),
      ...(await peekAll(client, busEntities.events, 'webhooks', 'deadLetter')),
    ];
    const dead = deadLetters.map(
      ({ messageId, deadLetterReason }) => `message ${String(messageId)} is a dead letter: ${deadLetterReason ?? ''}`,
    );
    const accounts = new Map<string, SubscriberAccount>();
    for (const id of subscriptionIds) {
      const entries = logged.get(id) ?? [];
      const counts = entries.reduce(countEntry, noDeliveries);
      const kept = await log.counts(id);
      const account = accountFor(addressed.get(id) ?? new Set(), queued.get(id) ?? new Set(), notFannedOut, entries);
      const totals = (['attempts', 'delivered', 'expired', 'dead', 'disabled'] as const).filter(
        (name) => kept[name] !== counts[name],
      );
      accounts.set(id, {
        ...account,
        attempts: counts.attempts,
        problems: [
          ...account.problems,
          ...dead,
          ...totals.map((name) => `${name} is kept as ${kept[name]}, the log has ${counts[name]}`),
        ],
      });
    }
    return accounts;
  } finally {
    await client.close();
  }
}

function accountFor(
  addressed: ReadonlySet<string>,
  queued: ReadonlySet<string>,
  notFannedOut: ReadonlySet<string>,
  entries: readonly DeliveryLogEntry[],
): Omit<SubscriberAccount, 'attempts'> {
  const latest = new Map(entries.toReversed().map((entry) => [entry.eventId, entry]));
  const ends = { delivered: 0, expired: 0, dead: 0, disabled: 0, pending: 0 };
  const problems: string[] = [];
  for (const eventId of addressed) {
    const end = latest.get(eventId);
    if (end !== undefined && end.outcome !== 'retrying') {
      ends[end.outcome] += 1;
      if (end.outcome !== 'delivered' && end.reason === undefined)
        problems.push(`${eventId} is ${end.outcome} without a reason`);
    } else {
      ends.pending += 1;
      if (!queued.has(eventId) && !notFannedOut.has(eventId))
        problems.push(`${eventId} has no end and no message that would go on with it`);
    }
  }
  for (const eventId of [...latest.keys(), ...queued])
    if (!addressed.has(eventId)) problems.push(`${eventId} was never addressed to this subscriber`);
  return { addressed, ends, problems };
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
