import { randomBytes } from 'node:crypto';
import type { RelayEvent } from '../../shared/invitations/relayEvent';
import { createDeliveryArchive } from '../../shared/storage/deliveryArchive';
import { createDeliveryJournal } from '../../shared/storage/deliveryJournal';
import { createSubscriptionStore } from '../../shared/storage/subscriptionStore';
import type { Tables } from '../../shared/storage/tables';
import { createAttemptDelivery } from '../../shared/webhooks/attemptDelivery';
import { createAutoDisable } from '../../shared/webhooks/autoDisable';
import { createDeliver, type DeliverPorts, type DeliverResult } from '../../shared/webhooks/deliver';
import { isParked, type QueuedMessage } from '../../shared/webhooks/deliveryMessage';
import { createFanOut, type FanOutPorts } from '../../shared/webhooks/fanOut';
import { createManageSubscriptions } from '../../shared/webhooks/subscriptions/manageSubscriptions';
import { createSecretCipher } from '../../shared/secretCipher';
import { createDecryptSubscription } from '../../shared/webhooks/subscriptions/decryptSubscription';
import { createSendAgain } from '../../shared/webhooks/sendAgain';
import { createSender } from '../../shared/webhooks/sender/sender';
import { createSubscriberGate } from '../../shared/webhooks/subscriberGate';
import { createTestSubscription } from '../../shared/webhooks/subscriptions/testSubscription';
import { createUnpark } from '../../shared/webhooks/unpark';
import { createFakeClock } from './fakeClock';
import { createMemoryDeliveryQueue } from './memoryDeliveryQueue';
import { createRecordingLog } from './recordingLog';
import { ringStartMs } from './webhookEvents';

/** The whole room on real tables and real sockets; only the bus is in memory, and the clock is the test's. */
export function createRelayRoom(tables: Tables, changes: Partial<DeliverPorts & FanOutPorts> = {}) {
  const clock = createFakeClock(ringStartMs);
  const log = createRecordingLog();
  const allowedCidrs = ['127.0.0.0/8'];
  const names = {
    resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    isWaiting: () => false,
  };
  const published: RelayEvent[] = [];
  const random = () => 0.5;
  const confirmUrl = () => 'https://relay.example/confirm';

  const queue = createMemoryDeliveryQueue(clock);
  const store = createSubscriptionStore({ tables, clock, log });
  const journal = createDeliveryJournal(tables);
  const archive = createDeliveryArchive(tables);
  const cipher = createSecretCipher(randomBytes(32).toString('base64'));
  const decrypt = createDecryptSubscription(cipher);
  const sender = createSender({ clock, allowedCidrs, names });
  const attempt = createAttemptDelivery({ sender, decrypt, clock, requestOrigin: 'relay.contoso.com' });
  const publisher = { publish: (events: readonly RelayEvent[]) => Promise.resolve(void published.push(...events)) };
  const disable = createAutoDisable({ subscriptions: store, publisher, clock, log });

  const ports = {
    subscriptions: store,
    journal,
    archive,
    queue,
    gate: createSubscriberGate(clock),
    attempt,
    disable,
    confirmUrl,
    clock,
    random,
    log,
    ...changes,
  };
  const deliver = createDeliver(ports);
  const fanOut = createFanOut(ports);
  const unpark = createUnpark({ ...ports, deliver });
  const take = async (message: QueuedMessage, isFirstTime: boolean) =>
    isParked(message) ? unpark(message, isFirstTime) : [await deliver(message, isFirstTime)];
  const manage = createManageSubscriptions({
    store,
    cipher,
    decrypt,
    accounts: () => ['sip:reception@contoso.com'],
    sender,
    requestOrigin: 'relay.contoso.com',
    allowedCidrs,
    names,
    clock,
    log,
  });

  return {
    clock,
    log,
    queue,
    journal,
    archive,
    published,
    manage,
    ports,
    deliver,
    /** Deals with one message of the queue, as the function does. */
    take,
    /** For the first time, unless told otherwise. */
    fanOut: (event: RelayEvent, isFirstTime = true) => fanOut(event, isFirstTime),
    sendAgain: createSendAgain({ store, archive, journal, queue, confirmUrl, clock, log }),
    test: createTestSubscription({ store, attempt, clock }),
    /** Makes a subscription for a local server; resolves to its id and secret. */
    async subscribe(url: string, request: object = {}): Promise<{ readonly id: string; readonly secret: string }> {
      const body = { url, handshake: 'skip', allowDuplicate: true, ...request };
      const { subscription, secret = '' } = await manage.create(body, 'key:test');
      return { id: subscription.id, secret };
    },
    /** Delivers what is visible now, all at once. */
    async pump(): Promise<(DeliverResult | 'due')[]> {
      return (await Promise.all(queue.take().map((message) => take(message, true)))).flat();
    },
    /** Delivers until nothing is left, setting the clock forward to each scheduled message. Not for a subscriber that hangs. */
    async drain(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
      for (let nextMs = queue.nextAtMs(); nextMs !== undefined && nextMs <= untilMs; nextMs = queue.nextAtMs()) {
        await clock.advance(Math.max(0, nextMs - clock.now()));
        await this.pump();
      }
    },
    close: () => sender.close(),
  };
}

export type RelayRoom = ReturnType<typeof createRelayRoom>;
