import { isDeepStrictEqual } from 'node:util';
import { secretGivenBefore, type RequestKey } from './keyedRequest';
import type { Filters } from './matchesFilter';
import type { Subscription } from './subscription';
import type { SubscriptionPorts } from './subscriptionPorts';
import type { SubscriptionRequest } from './subscriptionRequest';
import type { DecryptedSubscription } from './subscriptionSecrets';
import { toSubscriptionView, type SubscriptionView } from './subscriptionView';

export interface Created {
  /** False where the same subscription exists already. */
  readonly isNew: boolean;
  readonly subscription: SubscriptionView;
  /** Of a new one, shown this once; with the same Idempotency-Key again. */
  readonly secret?: string;
  /** Sentences about what works but may surprise. */
  readonly warnings: readonly string[];
}

/**
 * The answer to a request whose subscription exists: what the same Idempotency-Key was given, else the oldest subscription
 * with this URL, format, filters (the order of their values does not matter), and secret where one is given. Error:
 * `idempotencyKeyReused`.
 * @param oneForUrl that one of the same URL and format is the same, whatever its filters
 */
export function findExisting(
  stored: readonly Subscription[],
  request: SubscriptionRequest,
  { key, oneForUrl }: { readonly key: RequestKey | undefined; readonly oneForUrl: boolean },
  { decrypt, clock }: Pick<SubscriptionPorts, 'decrypt' | 'clock'>,
): Created | undefined {
  const nowMs = clock.now();
  const known = stored
    .toSorted((one, other) => one.createdAtMs - other.createdAtMs)
    .map((subscription) => ({ subscription, secrets: decryptIfPossible(() => decrypt(subscription, nowMs)) }));
  for (const { subscription, secrets } of known) {
    const secret = key && secretGivenBefore(secrets?.createdWith, key, nowMs);
    if (secret !== undefined)
      return { isNew: true, subscription: toSubscriptionView(subscription, nowMs), secret, warnings: [] };
  }
  if (request.allowDuplicate) return undefined;
  const same = known.find(
    ({ subscription, secrets }) =>
      secrets?.url === request.url &&
      subscription.format === request.format &&
      (oneForUrl || isDeepStrictEqual(inOrder(subscription.filters), inOrder(request.filters))),
  );
  if (same === undefined || (request.secret ?? same.secrets?.secret) !== same.secrets?.secret) return undefined;
  const { name } = same.subscription.state;
  const warning =
    `A subscription with this URL, format and filters exists already${name === 'active' ? '' : ` and is ${name}`}; it was ` +
    `left as it is: change it with PATCH, or ask for another one with allowDuplicate`;
  return { isNew: false, subscription: toSubscriptionView(same.subscription, nowMs), warnings: [warning] };
}

/** Undefined where it cannot be decrypted: then it is not known to be the same. */
function decryptIfPossible(decrypt: () => DecryptedSubscription): DecryptedSubscription | undefined {
  try {
    return decrypt();
  } catch {
    return undefined;
  }
}

function inOrder(filters: Filters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(filters).map(([field, values]) => [field, Array.isArray(values) ? [...values].sort() : values]),
  );
}
