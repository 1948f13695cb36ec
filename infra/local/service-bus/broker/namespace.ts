import type { BrokerConfig } from '../config/parseConfig';
import { parsePayload } from '../wire/payload';
import { BrokerError } from './brokerError';
import type { BrokerEnvironment } from './environment';
import type { Ingress } from './ingress';
import type { MessageQueue, QueueCounts } from './messageQueue';
import { QueueEntity } from './queueEntity';
import type { Subscription } from './subscription';
import { Topic } from './topic';

/** What an address leads to; which of these parts there are says what can be done there. */
export interface Entity {
  readonly address: string;
  /** Can be sent to. */
  readonly ingress?: Ingress;
  /** Can be received from. */
  readonly queue?: MessageQueue;
  /** Has rules. */
  readonly subscription?: Subscription;
  readonly counts: () => QueueCounts;
}

/** All entities of the broker, by address, whatever its case. */
export class Namespace {
  private readonly byAddress = new Map<string, Entity>();

  constructor(config: BrokerConfig, env: BrokerEnvironment) {
    for (const settings of config.queues) {
      const { queue, ingress } = new QueueEntity(settings, env);
      this.addReceivable({ address: settings.name, queue, ingress });
    }
    for (const settings of config.topics) {
      const topic = new Topic(settings, env);
      this.add({ address: settings.name, ingress: topic.ingress, counts: () => topic.held.counts });
      for (const subscription of topic.subscriptions)
        this.addReceivable({ address: subscription.address, queue: subscription.queue, subscription });
      restore(topic.held);
    }
    for (const { queue } of this.byAddress.values()) if (queue !== undefined) restore(queue);
  }

  /** @throws BrokerError notFound, worded so that the SDK says MessagingEntityNotFound. */
  find(address: string): Entity {
    const entity = this.byAddress.get(address.toLowerCase());
    if (entity === undefined)
      throw new BrokerError('notFound', `The messaging entity '${address}' could not be found.`);
    return entity;
  }

  /** What is in each queue, topic (only what is scheduled), subscription and dead-letter queue now, by address. */
  counts(): Record<string, QueueCounts> {
    return Object.fromEntries([...this.byAddress.values()].map(({ address, counts }) => [address, counts()]));
  }

  private addReceivable(entity: Omit<Entity, 'counts'> & { readonly queue: MessageQueue }): void {
    const { queue } = entity;
    this.add({ ...entity, counts: () => queue.counts });
    if (queue.deadLetters !== undefined)
      this.addReceivable({ address: queue.deadLetters.address, queue: queue.deadLetters });
  }

  private add(entity: Entity): void {
    this.byAddress.set(entity.address.toLowerCase(), entity);
  }
}

const restore = (queue: MessageQueue): void => queue.restore((raw, messageId) => parsePayload(raw, () => messageId));
