import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';

/** The product sends to four entities; the rest are queues that commands name for their answers, and of those there is no end. */
export const MAX_OPEN_SENDERS = 16;

/** The senders of one client, by entity. */
export interface OpenSenders {
  /** Runs `action` with the entity's sender, which is opened if need be and stays open meanwhile. */
  use<Result>(entity: string, action: (sender: ServiceBusSender) => Promise<Result>): Promise<Result>;
}

/**
 * Keeps senders open between their uses, for opening one takes several round trips, and closes those that were not used for
 * the longest time as soon as there are more than `MAX_OPEN_SENDERS`. One in use is never closed.
 */
export function createOpenSenders(client: Pick<ServiceBusClient, 'createSender'>): OpenSenders {
  // A Map keeps the order in which it was filled: who was used last stands last.
  const senders = new Map<string, { readonly sender: ServiceBusSender; uses: number }>();

  const closeIdle = (): void => {
    for (const [entity, { sender, uses }] of senders) {
      if (senders.size <= MAX_OPEN_SENDERS) return;
      if (uses > 0) continue;
      senders.delete(entity);
      sender.close().catch(() => undefined);
    }
  };

  return {
    async use(entity, action) {
      const open = senders.get(entity) ?? { sender: client.createSender(entity), uses: 0 };
      senders.delete(entity);
      senders.set(entity, open);
      open.uses += 1;
      try {
        return await action(open.sender);
      } finally {
        open.uses -= 1;
        closeIdle();
      }
    },
  };
}
