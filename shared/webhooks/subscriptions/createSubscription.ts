import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock';
import { parseOrExplain } from '../../errors/parseOrExplain';
import { RelayError } from '../../errors/relayError';
import type { SecretCipher } from '../../secretCipher';
import type { Log } from '../../telemetry/log';
import { generateSecret } from '../delivery/signature';
import { encryptionContext, type DecryptSubscription } from './decryptSubscription';
import { encryptHeaders, encryptUrl } from './encryptSubscription';
import { filterWarnings } from './filterWarnings';
import { isSameRequest, toKeyedRequest, toRequestKey, type RequestKey } from './keyedRequest';
import { probeUrl, type Probed, type ProbeUrlPorts } from './url/probeUrl';
import { refuseHiddenValues } from './refuseHiddenValues';
import { findSame } from './sameSubscription';
import type { Subscription } from './subscription';
import { subscriptionRequestSchema, type SubscriptionRequest } from './subscriptionRequest';
import type { SubscriptionStore } from './subscriptionStore';
import { toSubscriptionView, type SubscriptionView } from './subscriptionView';

/** Each event is matched against all of them, and its results are one row of at most 1 MiB (Azure Table storage). */
export const MAX_SUBSCRIPTIONS = 500;

export interface CreateSubscriptionPorts extends ProbeUrlPorts {
  readonly store: Pick<SubscriptionStore, 'list' | 'insert'>;
  readonly cipher: SecretCipher;
  readonly decrypt: DecryptSubscription;
  /** SIP addresses of the accounts of this relay. */
  readonly accounts: () => readonly string[] | Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Created {
  /** False where the same subscription exists already. */
  readonly isNew: boolean;
  readonly subscription: SubscriptionView;
  /** Of a new one, shown this once; with the same Idempotency-Key again. */
  readonly secret?: string;
  /** Sentences about what works but may surprise. */
  readonly warnings: readonly string[];
}

export interface CreateOptions {
  readonly idempotencyKey?: string | undefined;
  /** One of the same URL and format is the same, whatever its filters. */
  readonly oneForUrl?: boolean;
}

/**
 * Creates a subscription. A request with the same Idempotency-Key within 24 hours is given the same subscription and
 * secret; one with the URL, format and filters of a subscription that exists is given that one, unless it asks for a
 * duplicate or gives another secret. Two such requests at once make one subscription.
 * Errors: `requestInvalid` (body, URL with the rule that refuses it, missing consent where it is required),
 * `idempotencyKeyReused`, `settingsInvalid` without `RELAY_ENCRYPTION_KEY`, `storageUnavailable`.
 */
export async function createSubscription(
  ports: CreateSubscriptionPorts,
  body: unknown,
  caller: string,
  { idempotencyKey, oneForUrl = false }: CreateOptions = {},
): Promise<Created> {
  const { store, clock, log } = ports;
  const request = parseOrExplain(body, subscriptionRequestSchema);
  refuseHiddenValues(request);
  const key = toRequestKey(idempotencyKey, caller, 'create', request);
  const find = (stored: readonly Subscription[]): Created | undefined =>
    findKeyed(stored, key, ports) ??
    (request.allowDuplicate ? undefined : findEqual(stored, request, oneForUrl, ports));
  const existing = find(await store.list());
  if (existing !== undefined) return existing;

  const handshake = request.handshake ?? (request.format === 'cloudevents' ? 'warn' : 'skip');
  const probed = await probeUrl({ ...request, handshake, maxPerMinute: request.maxPerMinute }, ports);
  const warnings = [...probed.warnings, ...filterWarnings(request.filters, await ports.accounts())];
  let created: Created | undefined;
  await store.insert((stored) => {
    created = find(stored);
    if (created !== undefined) return undefined;
    if (stored.length >= MAX_SUBSCRIPTIONS) throw tooMany();
    const secret = request.secret ?? generateSecret();
    const subscription = toSubscription({ ...request, handshake, secret }, caller, key, probed, ports);
    created = { isNew: true, subscription: toSubscriptionView(subscription, clock.now()), secret, warnings };
    return subscription;
  });
  if (created === undefined) throw new RelayError('internal', 'The subscription was neither found nor created.');
  const { subscription, isNew } = created;
  if (isNew) log.info('subscriptionCreated', { subscriptionId: subscription.id, format: subscription.format, caller });
  return created;
}

type FindPorts = Pick<CreateSubscriptionPorts, 'decrypt' | 'cipher' | 'clock'>;

/** The result of the request that came with this Idempotency-Key before. */
function findKeyed(
  stored: readonly Subscription[],
  key: RequestKey | undefined,
  { cipher, clock }: FindPorts,
): Created | undefined {
  const nowMs = clock.now();
  const keyed = stored.find(({ createdWith }) => isSameRequest(createdWith, key, nowMs));
  if (keyed?.createdWith === undefined) return undefined;
  const secret = cipher.decryptSecret(keyed.createdWith.encryptedSecret, encryptionContext.secret(keyed.id));
  return { isNew: true, subscription: toSubscriptionView(keyed, nowMs), secret, warnings: [] };
}

/** A subscription that does already what is asked for. */
function findEqual(
  stored: readonly Subscription[],
  { url, format, filters, secret }: SubscriptionRequest,
  oneForUrl: boolean,
  { decrypt, clock }: FindPorts,
): Created | undefined {
  const nowMs = clock.now();
  const same = findSame(stored, { url, format, ...(!oneForUrl && { filters }) }, decrypt, nowMs);
  if (same === undefined) return undefined;
  if (secret !== undefined && decrypt(same, nowMs).secrets[0] !== secret) return undefined;
  const what = same.state.name === 'active' ? 'exists already' : `exists already and is ${same.state.name}`;
  const warning =
    `A subscription with this URL, format and filters ${what}; it was left as it is: change it ` +
    `with PATCH, or ask for another one with allowDuplicate`;
  return { isNew: false, subscription: toSubscriptionView(same, nowMs), warnings: [warning] };
}

function toSubscription(
  request: SubscriptionRequest & Pick<Subscription, 'handshake'> & { readonly secret: string },
  caller: string,
  key: RequestKey | undefined,
  { allowedRatePerMinute }: Probed,
  { cipher, clock }: Pick<CreateSubscriptionPorts, 'cipher' | 'clock'>,
): Subscription {
  const { description, filters, format, handshake, contentType, timeoutSeconds, maxPerMinute } = request;
  const id = `sub_${randomBytes(16).toString('base64url')}`;
  const nowMs = clock.now();
  const encryptedSecret = cipher.encryptSecret(request.secret, encryptionContext.secret(id));
  return {
    id,
    ...encryptUrl(cipher, id, request.url),
    ...(description !== undefined && { description }),
    filters,
    format,
    handshake,
    encryptedHeaders: encryptHeaders(cipher, id, request.headers),
    ...(contentType !== undefined && { contentType }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(maxPerMinute !== undefined && { maxPerMinute }),
    ...(allowedRatePerMinute !== undefined && { allowedRatePerMinute }),
    state: { name: 'active' },
    encryptedSecret,
    earlierSecrets: [],
    ...(key !== undefined && { createdWith: toKeyedRequest(key, encryptedSecret, nowMs) }),
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
