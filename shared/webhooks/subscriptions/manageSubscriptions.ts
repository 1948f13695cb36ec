import { changeSubscription, type Changed, type ChangeSubscriptionPorts } from './changeSubscription';
import { createSubscription, type Created, type CreateSubscriptionPorts } from './createSubscription';
import { existingSubscription, requireSubscriptionId } from './existingSubscription';
import { rotateSecret, type Rotated } from './rotateSecret';
import type { Subscription } from './subscription';
import type { SubscriptionStore } from './subscriptionStore';
import { toSubscriptionView, type SubscriptionView } from './subscriptionView';

export interface ManageSubscriptionsPorts extends CreateSubscriptionPorts, ChangeSubscriptionPorts {
  readonly store: SubscriptionStore;
  /** Removes what is kept of a subscription that is gone: deliveries, health, rate. Idempotent. */
  readonly forget: (id: string) => Promise<void>;
}

/** The subscriptions API without HTTP. Bodies come unparsed. Errors of all: `notFound` for an unknown id, `storageUnavailable`. */
export interface ManageSubscriptions {
  /** See createSubscription. */
  create(body: unknown, caller: string, idempotencyKey?: string): Promise<Created>;
  /**
   * As create, for a flow: the callback URL of a flow has one subscription, which is changed to what is asked now and made
   * active. Logic Apps and flows register again and again.
   */
  createForFlow(body: FlowSubscription, caller: string): Promise<Created>;
  list(): Promise<readonly SubscriptionView[]>;
  get(id: string): Promise<SubscriptionView>;
  /** See changeSubscription. */
  change(id: string, body: unknown): Promise<Changed>;
  /** Idempotent: an id that is unknown now is as good as removed. */
  remove(id: string): Promise<void>;
  /** See rotateSecret. */
  rotateSecret(id: string, body: unknown, caller?: string, idempotencyKey?: string): Promise<Rotated>;
}

/** What a flow's trigger asks for. */
export interface FlowSubscription {
  readonly url: string;
  readonly description: string;
  readonly filters: object;
}

export function createManageSubscriptions(ports: ManageSubscriptionsPorts): ManageSubscriptions {
  const { store, clock, log } = ports;
  const change = (id: string, body: unknown): Promise<Changed> => changeSubscription(ports, id, body);
  const view = (subscription: Subscription): SubscriptionView => {
    const problem = problemOf(subscription, ports);
    return { ...toSubscriptionView(subscription, clock.now()), ...(problem !== undefined && { problem }) };
  };
  return {
    create: (body, caller, idempotencyKey) => createSubscription(ports, body, caller, { idempotencyKey }),
    async createForFlow({ url, description, filters }, caller) {
      const body = { url, description, filters, format: 'flat', handshake: 'skip' };
      const created = await createSubscription(ports, body, caller, { oneForUrl: true });
      if (created.isNew) return created;
      return { isNew: false, ...(await change(created.subscription.id, { description, filters, state: 'active' })) };
    },
    async list() {
      const subscriptions = [...(await store.list())].sort((one, other) => one.createdAtMs - other.createdAtMs);
      return subscriptions.map(view);
    },
    async get(id) {
      return view(await existingSubscription(store, id));
    },
    change,
    async remove(id) {
      requireSubscriptionId(id);
      await store.remove(id);
      await ports.forget(id);
      log.info('subscriptionRemoved', { subscriptionId: id });
    },
    rotateSecret: (id, body, caller = '', idempotencyKey) => rotateSecret(ports, id, body, caller, idempotencyKey),
  };
}

/** Why a subscription cannot be sent to with the keys that there are. */
function problemOf(
  subscription: Subscription,
  { decrypt, clock }: Pick<ManageSubscriptionsPorts, 'decrypt' | 'clock'>,
): string | undefined {
  try {
    decrypt(subscription, clock.now());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
