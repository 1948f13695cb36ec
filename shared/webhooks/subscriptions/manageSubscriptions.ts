import { changeSubscription, type Changed } from './changeSubscription';
import { createSubscription } from './createSubscription';
import { existingSubscription, unknownSubscription } from './existingSubscription';
import type { Created } from './findExisting';
import { rotateSecret, type Rotated } from './rotateSecret';
import { isSubscriptionId, type Subscription } from './subscription';
import type { SubscriptionPorts } from './subscriptionPorts';
import { toSubscriptionView, type SubscriptionView } from './subscriptionView';

/** The subscriptions API without HTTP. Bodies come unparsed. Errors of all: `notFound` for an unknown id, `storageUnavailable`. */
export type ManageSubscriptions = ReturnType<typeof createManageSubscriptions>;

export function createManageSubscriptions(ports: SubscriptionPorts) {
  const { store, decrypt, clock, log } = ports;
  const view = (subscription: Subscription): SubscriptionView => {
    const nowMs = clock.now();
    try {
      decrypt(subscription, nowMs);
      return toSubscriptionView(subscription, nowMs);
    } catch (error) {
      return toSubscriptionView(subscription, nowMs, error instanceof Error ? error.message : String(error));
    }
  };
  return {
    create: (body: unknown, caller: string, idempotencyKey?: string): Promise<Created> =>
      createSubscription(ports, body, caller, { idempotencyKey }),

    /**
     * As create: the callback URL of a flow has one subscription, which is changed to what is asked now and made active. Logic
     * Apps and flows register again and again.
     */
    async createForFlow(
      { url, ...asked }: { readonly url: string; readonly description: string; readonly filters: object },
      caller: string,
    ): Promise<Created> {
      const body = { url, ...asked, format: 'flat', handshake: 'skip' };
      const created = await createSubscription(ports, body, caller, { oneForUrl: true });
      if (created.isNew) return created;
      const { id } = created.subscription;
      return { isNew: false, ...(await changeSubscription(ports, id, { ...asked, state: 'active' })) };
    },

    /** The oldest first. */
    async list(): Promise<readonly SubscriptionView[]> {
      const subscriptions = await store.list();
      return subscriptions.toSorted((one, other) => one.createdAtMs - other.createdAtMs).map(view);
    },

    get: async (id: string): Promise<SubscriptionView> => view(await existingSubscription(store, id)),

    change: (id: string, body: unknown): Promise<Changed> => changeSubscription(ports, id, body),

    /** Idempotent: an id that is unknown now is as good as removed. */
    async remove(id: string): Promise<void> {
      if (!isSubscriptionId(id)) throw unknownSubscription(id);
      await store.remove(id);
      await ports.forget(id);
      log.info('subscriptionRemoved', { subscriptionId: id });
    },

    rotateSecret: (id: string, body: unknown, caller = '', idempotencyKey?: string): Promise<Rotated> =>
      rotateSecret(ports, id, body, caller, idempotencyKey),
  };
}
