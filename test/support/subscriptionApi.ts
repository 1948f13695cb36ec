import { randomBytes } from 'node:crypto';
import { createSecretCipher } from '../../shared/secretCipher';
import { createSubscriptionStore } from '../../shared/storage/subscriptionStore';
import type { Tables } from '../../shared/storage/tables';
import { createPostSigned } from '../../shared/webhooks/delivery/postSigned';
import { createRenderOnce } from '../../shared/webhooks/formats/renderDelivery';
import type { NameResolver } from '../../shared/webhooks/sender/nameResolver';
import { createSender } from '../../shared/webhooks/sender/sender';
import { createDecryptSubscription } from '../../shared/webhooks/subscriptions/subscriptionSecrets';
import { createManageSubscriptions } from '../../shared/webhooks/subscriptions/manageSubscriptions';
import type { SubscriptionStore } from '../../shared/webhooks/subscriptions/subscriptionStore';
import { createTestSubscription } from '../../shared/webhooks/subscriptions/testSubscription';
import { createFakeClock, type FakeClock } from './fakeClock';
import { createRecordingLog, type RecordingLog } from './recordingLog';

export interface SubscriptionApiOptions {
  /** `RELAY_ENCRYPTION_KEY`; a new one unless given. */
  readonly encryptionKey?: string;
  /** The same clock for two instances. */
  readonly clock?: FakeClock;
  /** Each name is this machine unless given. */
  readonly names?: NameResolver;
}

const thisMachine: NameResolver = {
  resolve: (name) =>
    name.startsWith('nowhere')
      ? Promise.reject(Object.assign(new Error(), { code: 'ETIMEOUT' }))
      : Promise.resolve([{ address: name.startsWith('elsewhere') ? '127.9.9.9' : '127.0.0.1', family: 4 }]),
  isWaiting: () => false,
};

/** The subscriptions of one instance of the product, on real tables and real sockets. */
export function createSubscriptionApi(tables: Tables, options: SubscriptionApiOptions = {}) {
  return createSubscriptionApiOn(({ clock, log }) => createSubscriptionStore(tables, clock, log), options);
}

/** As createSubscriptionApi, on any store. */
export function createSubscriptionApiOn(
  createStore: (ports: { readonly clock: FakeClock; readonly log: RecordingLog }) => SubscriptionStore,
  options: SubscriptionApiOptions = {},
) {
  const {
    encryptionKey = randomBytes(32).toString('base64'),
    clock = createFakeClock(),
    names = thisMachine,
  } = options;
  const log = createRecordingLog();
  const allowedCidrs = ['127.0.0.0/16'];
  const requestOrigin = 'relay.contoso.com';
  const store = createStore({ clock, log });
  const cipher = createSecretCipher(encryptionKey);
  const decrypt = createDecryptSubscription(cipher);
  const sender = createSender({ clock, allowedCidrs, names });
  const post = createPostSigned({ sender, decrypt, clock, requestOrigin });
  const accounts = () => ['sip:reception@contoso.com'];
  const forgotten: string[] = [];
  const manage = createManageSubscriptions({
    store,
    cipher,
    decrypt,
    accounts,
    sender,
    requestOrigin,
    allowedCidrs,
    names,
    forget: (id) => Promise.resolve(void forgotten.push(id)),
    clock,
    log,
  });
  return {
    ...manage,
    /** Subscriptions whose deliveries, health and rate were removed. */
    forgotten,
    clock,
    log,
    store,
    decrypt,
    test: createTestSubscription({ store, post, render: createRenderOnce(() => undefined), clock }),
    /** Creates a subscription for a local server; resolves to its id and secret. */
    async subscribe(url: string, request: object = {}): Promise<{ readonly id: string; readonly secret: string }> {
      const { subscription, secret = '' } = await manage.create({ url, handshake: 'skip', ...request }, 'key:test');
      return { id: subscription.id, secret };
    },
    close: () => sender.close(),
  };
}

export type SubscriptionApi = ReturnType<typeof createSubscriptionApi>;
