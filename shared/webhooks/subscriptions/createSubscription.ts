import { randomBytes } from 'node:crypto';
import { parseOrExplain } from '../../errors/parseOrExplain';
import { RelayError } from '../../errors/relayError';
import { generateSecret } from '../delivery/signature';
import { filterWarnings } from './filterWarnings';
import { findExisting, type Created } from './findExisting';
import { toKeyedRequest, toRequestKey, type RequestKey } from './keyedRequest';
import { refuseHiddenValues } from './refuseHiddenValues';
import type { Subscription } from './subscription';
import type { SubscriptionPorts } from './subscriptionPorts';
import { subscriptionRequestSchema, type SubscriptionRequest } from './subscriptionRequest';
import { encryptSubscription } from './subscriptionSecrets';
import { toSubscriptionView } from './subscriptionView';
import { probeUrl, type Probed } from './url/probeUrl';

/** Each event is matched against all of them, and its results are one row of at most 1 MiB (Azure Table storage). */
export const MAX_SUBSCRIPTIONS = 500;

/**
 * Creates a subscription. A request with the same Idempotency-Key within 24 hours is given the same subscription and
 * secret; one with the URL, format and filters of a subscription that exists is given that one, unless it asks for a
 * duplicate or gives another secret. Two such requests at once make one subscription.
 * Errors: `requestInvalid` (body, URL with the rule that refuses it, missing consent where it is required),
 * `idempotencyKeyReused`, `settingsInvalid` without `RELAY_ENCRYPTION_KEY`, `storageUnavailable`.
 * @param oneForUrl that a subscription of the same URL and format is the same, whatever its filters
 */
export async function createSubscription(
  ports: SubscriptionPorts,
  body: unknown,
  caller: string,
  {
    idempotencyKey,
    oneForUrl = false,
  }: { readonly idempotencyKey?: string | undefined; readonly oneForUrl?: boolean } = {},
): Promise<Created> {
  const { store, clock, log } = ports;
  const request = parseOrExplain(body, subscriptionRequestSchema);
  refuseHiddenValues(request);
  const key = toRequestKey(idempotencyKey, caller, 'create', request);
  const find = (stored: readonly Subscription[]) => findExisting(stored, request, { key, oneForUrl }, ports);
  const existing = find(await store.list());
  if (existing !== undefined) return existing;

  const handshake = request.handshake ?? (request.format === 'cloudevents' ? 'warn' : 'skip');
  const probed = await probeUrl({ ...request, handshake, maxPerMinute: request.maxPerMinute }, ports);
  const warnings = [...probed.warnings, ...filterWarnings(request.filters, await ports.accounts())];
  let created: Created | undefined;
  let isFound: boolean | undefined;
  await store.insert((stored) => {
    created = find(stored);
    isFound = created !== undefined;
    if (isFound) return undefined;
    if (stored.length >= MAX_SUBSCRIPTIONS) throw tooMany();
    const secret = request.secret ?? generateSecret();
    const subscription = toSubscription({ ...request, handshake, secret }, caller, key, probed, ports);
    created = { isNew: true, subscription: toSubscriptionView(subscription, clock.now()), secret, warnings };
    return subscription;
  });
  if (created === undefined) throw new RelayError('internal', 'The subscription was neither found nor created.');
  const { subscription } = created;
  if (isFound === false)
    log.info('subscriptionCreated', { subscriptionId: subscription.id, format: subscription.format, caller });
  return created;
}

function toSubscription(
  request: SubscriptionRequest & Pick<Subscription, 'handshake'> & { readonly secret: string },
  caller: string,
  key: RequestKey | undefined,
  { allowedRatePerMinute }: Probed,
  { cipher, clock }: Pick<SubscriptionPorts, 'cipher' | 'clock'>,
): Subscription {
  const { url, headers, secret, allowDuplicate: _allowDuplicate, ...settings } = request;
  const id = `sub_${randomBytes(16).toString('base64url')}`;
  const nowMs = clock.now();
  const createdWith = toKeyedRequest(key, secret, nowMs);
  return {
    id,
    ...encryptSubscription(cipher, id, { url, headers, secret, earlierSecrets: [], createdWith }),
    ...settings,
    allowedRatePerMinute,
    state: { name: 'active' },
    createdBy: caller,
    createdAtMs: nowMs,
    changedAtMs: nowMs,
  };
}

function tooMany(): RelayError {
  return new RelayError(
    'requestInvalid',
    `There are ${MAX_SUBSCRIPTIONS} webhook subscriptions already, as many as are kept: delete one that is not needed.`,
  );
}
