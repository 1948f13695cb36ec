import type { Clock } from '../clock';
import type { EventPublisher } from '../messaging/publisher';
import type { Log } from '../telemetry/log';
import { createAttemptDelivery } from './attemptDelivery';
import { createAutoDisable } from './autoDisable';
import { createDeliver } from './deliver';
import { isParked, type QueuedMessage } from './deliveryMessage';
import { createFanOut, type FanOut } from './fanOut';
import { createNameResolver } from './sender/nameResolver';
import { createDecryptSubscription } from './subscriptions/decryptSubscription';
import { createManageSubscriptions, type ManageSubscriptions } from './subscriptions/manageSubscriptions';
import type { DeliveryArchive, DeliveryJournal, DeliveryQueue, SubscriptionStore } from './ports';
import { createSecretCipher } from '../secretCipher';
import { createSendAgain, type SendAgain } from './sendAgain';
import { createSender } from './sender/sender';
import { createSubscriberGate } from './subscriberGate';
import type { ConfirmUrl } from './formats/teamsCard';
import { createTestSubscription, type TestSubscription } from './subscriptions/testSubscription';
import { createUnpark } from './unpark';

export interface WebhooksPorts {
  readonly store: SubscriptionStore;
  readonly journal: DeliveryJournal;
  readonly archive: DeliveryArchive;
  readonly queue: DeliveryQueue;
  readonly publisher: Pick<EventPublisher, 'publish'>;
  /** `RELAY_ENCRYPTION_KEY`; without it nothing can be subscribed. */
  readonly encryptionKey: string | undefined;
  /** `WEBHOOK_ALLOWED_CIDRS`. */
  readonly allowedCidrs: readonly string[];
  /** `WEBHOOK_CA_CERTIFICATE`. */
  readonly caCertificate: string | undefined;
  /** SIP addresses of the relay's accounts. */
  readonly accounts: () => readonly string[] | Promise<readonly string[]>;
  /** The DNS name under which the relay sends: the host of `RELAY_PUBLIC_URL`, or any fixed name where there is none. */
  readonly requestOrigin: string;
  /** Address of the confirm page, for Teams cards. */
  readonly confirmUrl: ConfirmUrl;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
}

/** The relay room: what the functions call. */
export interface Webhooks {
  readonly fanOut: FanOut;
  /** What a message of the queue asks for: Deliver or Unpark. */
  deliver(message: QueuedMessage, isFirstTime: boolean): Promise<unknown>;
  readonly subscriptions: ManageSubscriptions;
  readonly testSubscription: TestSubscription;
  readonly sendAgain: SendAgain;
  /** Closes idle connections to subscribers. */
  close(): void;
}

/** Wires the room for one process: one sender, one gate. Error: `settingsInvalid` for a key that is none. */
export function createWebhooks(ports: WebhooksPorts): Webhooks {
  const { store, allowedCidrs, caCertificate, accounts, requestOrigin, encryptionKey, publisher, clock, log } = ports;
  const cipher = createSecretCipher(encryptionKey);
  const decrypt = createDecryptSubscription(cipher);
  const names = createNameResolver({ clock });
  const sender = createSender({ clock, allowedCidrs, names, caCertificate });
  const attempt = createAttemptDelivery({ sender, decrypt, clock, requestOrigin });
  const disable = createAutoDisable({ subscriptions: store, publisher, clock, log });
  const gate = createSubscriberGate(clock);
  const deliver = createDeliver({ ...ports, subscriptions: store, gate, attempt, disable });
  const unpark = createUnpark({ ...ports, subscriptions: store, gate, deliver });
  return {
    fanOut: createFanOut({ ...ports, subscriptions: store, gate }),
    deliver: (message, isFirstTime) =>
      isParked(message) ? unpark(message, isFirstTime) : deliver(message, isFirstTime),
    subscriptions: createManageSubscriptions({
      store,
      cipher,
      decrypt,
      accounts,
      sender,
      requestOrigin,
      allowedCidrs,
      names,
      clock,
      log,
    }),
    testSubscription: createTestSubscription({ store, attempt, clock }),
    sendAgain: createSendAgain(ports),
    close: () => sender.close(),
  };
}
