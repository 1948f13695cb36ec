import type { SecretCipher } from '../../secretCipher';
import type { Log } from '../../telemetry/log';
import type { DecryptSubscription } from './subscriptionSecrets';
import type { SubscriptionStore } from './subscriptionStore';
import type { ProbeUrlPorts } from './url/probeUrl';

/** What managing subscriptions needs. */
export interface SubscriptionPorts extends ProbeUrlPorts {
  readonly store: SubscriptionStore;
  readonly cipher: SecretCipher;
  readonly decrypt: DecryptSubscription;
  /** SIP addresses of the accounts of this relay. */
  readonly accounts: () => readonly string[] | Promise<readonly string[]>;
  /** Removes what is kept of a subscription that is gone: deliveries, health, rate. Idempotent. */
  readonly forget: (id: string) => Promise<void>;
  readonly log: Log;
}
