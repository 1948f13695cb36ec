import type { Clock } from '../clock';
import type { CallRecords } from '../invitations/record/callRecords';
import type { CallViews } from '../invitations/record/callViews';
import type { EventPublisher } from '../invitations/events/publisher';
import { createSecretCipher } from '../secretCipher';
import type { Log } from '../telemetry/log';
import { createDeliver } from './delivery/deliver';
import { createDeliverEvent } from './delivery/deliverEvent';
import { createDeliveryPolicies } from './delivery/deliveryPolicy';
import { createKeepRecord, createKeepRow } from './delivery/keepRecord';
import { createNextFreeTime, type RateSlots } from './delivery/pacing';
import { createOwnRound } from './delivery/concurrency';
import { createPostHealthyFirst, createPostSigned } from './delivery/postSigned';
import { createRecentCalls } from './delivery/recentCalls';
import { createRedeliver } from './delivery/retries/redeliver';
import { createRenderOnce } from './formats/renderDelivery';
import { createRetryDelivery } from './delivery/retries/retryDelivery';
import type { RetryQueue } from './delivery/retries/retryQueue';
import { createSendRecord } from './delivery/retries/sendRetries';
import type { SubscriberHealthStore } from './delivery/subscriberHealth';
import { createSubscriberWatch } from './delivery/subscriberWatch';
import type { ConfirmUrl } from './formats/teamsCard';
import { createNameResolver } from './sender/nameResolver';
import { createSender } from './sender/sender';
import { createDecryptSubscription } from './subscriptions/subscriptionSecrets';
import { createManageSubscriptions } from './subscriptions/manageSubscriptions';
import type { SubscriptionStore } from './subscriptions/subscriptionStore';
import { createTestSubscription } from './subscriptions/testSubscription';

export interface WebhooksPorts {
  readonly store: SubscriptionStore;
  readonly records: CallRecords;
  readonly views: CallViews;
  readonly health: SubscriberHealthStore;
  readonly rateSlots: RateSlots;
  readonly queue: RetryQueue;
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

/** Webhooks as the functions use them. */
export type Webhooks = ReturnType<typeof createWebhooks>;

/**
 * Wires everything for one process: one sender, one delivery policy for each subscriber. Error: `settingsInvalid` for
 * a key that is none.
 */
export function createWebhooks(ports: WebhooksPorts) {
  const { store, allowedCidrs, caCertificate, requestOrigin, encryptionKey, confirmUrl, clock } = ports;
  const cipher = createSecretCipher(encryptionKey);
  const decrypt = createDecryptSubscription(cipher);
  const names = createNameResolver({ clock });
  const sender = createSender({ clock, allowedCidrs, names, caCertificate });
  const post = createPostSigned({ sender, decrypt, clock, requestOrigin });
  const policies = createDeliveryPolicies(clock);
  const ownRound = createOwnRound();
  const render = createRenderOnce(confirmUrl);
  const keepRecord = createKeepRecord(ports);
  const delivery = {
    ...ports,
    subscriptions: store,
    render,
    policies,
    deliver: createDeliver({ ...ports, post: createPostHealthyFirst(post, policies, ownRound), policies, render }),
    keepRecord,
    keepRow: createKeepRow(keepRecord, clock),
    sendRecord: createSendRecord(ports),
    nextFreeTime: createNextFreeTime(ports.rateSlots, clock),
    recentCalls: createRecentCalls(),
    watch: createSubscriberWatch({ ...ports, subscriptions: store, policies }),
  };
  const deliverEvent = createDeliverEvent(delivery);
  return {
    deliverEvent,
    retryDelivery: createRetryDelivery({ ...delivery, deliverEvent, ownRound }),
    subscriptions: createManageSubscriptions({
      ...ports,
      cipher,
      decrypt,
      sender,
      names,
      forget: async (id) => {
        await Promise.all([ports.views.removeDeliveries(id), ports.health.remove(id), ports.rateSlots.remove(id)]);
      },
    }),
    testSubscription: createTestSubscription({ store, post, render, clock }),
    redelivery: createRedeliver({ ...ports, render }),
    /** Closes idle connections to subscribers. */
    close: () => sender.close(),
  };
}
