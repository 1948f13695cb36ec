import { createMessageFields } from '../filters/messageFields';
import type { Payload } from '../wire/payload';
import type { BrokerEnvironment } from './environment';
import { Ingress } from './ingress';
import { MessageQueue } from './messageQueue';
import type { QueueSettings } from './queueSettings';
import { StorageQuota } from './storageQuota';
import { Subscription, type SubscriptionSettings } from './subscription';

export interface TopicSettings {
  readonly name: string;
  readonly duplicateWindowMs: number | undefined;
  readonly maxSizeBytes: number | undefined;
  readonly subscriptions: readonly SubscriptionSettings[];
}

/** Nothing is ever received from the queue that holds a topic's scheduled messages. */
const HOLD: QueueSettings = {
  lockDurationMs: 0,
  maxDeliveryCount: Infinity,
  defaultTtlMs: Infinity,
  deadLetterOnExpiry: false,
  requiresSession: false,
};

/** A topic: each message is given to every subscription that matches it, and counts once against the topic's size. */
export class Topic {
  readonly subscriptions: readonly Subscription[];
  /** Numbers the topic's messages and holds back the scheduled ones. */
  readonly held: MessageQueue;
  readonly ingress: Ingress;

  constructor(
    settings: TopicSettings,
    private readonly env: BrokerEnvironment,
  ) {
    const { name, maxSizeBytes, subscriptions } = settings;
    const quota = new StorageQuota(name, maxSizeBytes);
    this.subscriptions = subscriptions.map(
      (one) => new Subscription(`${name}/Subscriptions/${one.name}`, one, quota, env),
    );
    this.held = new MessageQueue(name, HOLD, quota, env, undefined, ({ payload, sequenceNumber }) => {
      this.publish(payload, sequenceNumber);
      this.wake();
    });
    this.ingress = new Ingress(
      name,
      { ...settings, requiresSession: false },
      {
        quota,
        env,
        holder: this.held,
        arrive: (payload) => this.publish(payload, this.held.nextSequenceNumber()),
        arrived: () => this.wake(),
      },
    );
  }

  private publish(payload: Payload, enqueuedSequenceNumber: number): void {
    const fields = createMessageFields({
      payload,
      enqueuedTimeMs: this.env.clock.now(),
      sequenceNumber: enqueuedSequenceNumber,
    });
    for (const subscription of this.subscriptions) {
      if (subscription.matches(fields)) subscription.queue.enqueue(payload, { enqueuedSequenceNumber });
    }
  }

  private wake(): void {
    for (const { queue } of this.subscriptions) queue.wake();
  }
}
