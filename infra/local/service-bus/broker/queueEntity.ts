import type { BrokerEnvironment } from './environment';
import { Ingress, type IngressRules } from './ingress';
import { MessageQueue } from './messageQueue';
import type { QueueSettings } from './queueSettings';
import { StorageQuota } from './storageQuota';

export interface QueueEntitySettings extends QueueSettings, IngressRules {
  readonly name: string;
  readonly maxSizeBytes: number | undefined;
}

/** A queue with its dead-letter queue, as a subscription is one too. */
export function createQueuePair(
  address: string,
  settings: QueueSettings,
  quota: StorageQuota,
  env: BrokerEnvironment,
): MessageQueue {
  const deadLetters = new MessageQueue(
    `${address}/$DeadLetterQueue`,
    { ...settings, requiresSession: false },
    quota,
    env,
    undefined,
  );
  return new MessageQueue(address, settings, quota, env, deadLetters);
}

/** A queue that can be sent to. */
export class QueueEntity {
  readonly queue: MessageQueue;
  readonly ingress: Ingress;

  constructor(settings: QueueEntitySettings, env: BrokerEnvironment) {
    const { name, maxSizeBytes } = settings;
    const quota = new StorageQuota(name, maxSizeBytes);
    const queue = createQueuePair(name, settings, quota, env);
    this.queue = queue;
    this.ingress = new Ingress(name, settings, {
      quota,
      env,
      holder: queue,
      arrive: (payload) => queue.enqueue(payload),
      arrived: () => queue.wake(),
    });
  }
}
