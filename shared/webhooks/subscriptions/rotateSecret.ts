import { parseOrExplain } from '../../errors/parseOrExplain';
import { RelayError } from '../../errors/relayError';
import { generateSecret } from '../delivery/signature';
import { unknownSubscription } from './existingSubscription';
import { secretGivenBefore, toKeyedRequest, toRequestKey, type RequestKey } from './keyedRequest';
import type { Subscription } from './subscription';
import type { SubscriptionPorts } from './subscriptionPorts';
import { secretRotationSchema } from './subscriptionRequest';
import { encryptSubscription, type SubscriptionSecrets } from './subscriptionSecrets';
import { toSubscriptionView, type SubscriptionView } from './subscriptionView';

/** How long an earlier secret signs as well after a rotation: 24 hours. */
const OVERLAP_MS = 24 * 3_600_000;
/** Each of them is a signature more in every request's header. */
const MAX_EARLIER_SECRETS = 4;

export interface Rotated {
  readonly subscription: SubscriptionView;
  /** Shown this once; with the same Idempotency-Key again. */
  readonly secret: string;
}

/**
 * Makes a new secret, or the one that is given, the one that signs first; every earlier secret signs as well until 24
 * hours after the rotation that replaced it. The secret that there is changes nothing, and neither does a request with the
 * Idempotency-Key of the last rotation. All that is stored is encrypted anew, with the first key of the setting.
 * Errors: `requestInvalid`, `notFound`, `tooManySecrets`, `idempotencyKeyReused`, `settingsInvalid`, `storageUnavailable`.
 */
export async function rotateSecret(
  ports: SubscriptionPorts,
  id: string,
  body: unknown,
  caller: string,
  idempotencyKey?: string,
): Promise<Rotated> {
  const { store, decrypt, clock, log } = ports;
  const request = parseOrExplain(body, secretRotationSchema);
  const key = toRequestKey(idempotencyKey, caller, `rotate ${id}`, request);
  let secret = '';
  let isRotated: boolean | undefined;
  const changed = await store.update(id, (current) => {
    const before = decrypt(current, clock.now());
    const given = key && secretGivenBefore(before.rotatedWith, key, clock.now());
    secret = given ?? request.secret ?? generateSecret();
    isRotated = given === undefined && secret !== before.secret;
    return given === undefined ? withSecret(current, before, secret, key, ports) : undefined;
  });
  if (changed === undefined) throw unknownSubscription(id);
  if (isRotated === true) log.info('subscriptionSecretRotated', { subscriptionId: id });
  return { subscription: toSubscriptionView(changed, clock.now()), secret };
}

function withSecret(
  current: Subscription,
  before: SubscriptionSecrets,
  secret: string,
  key: RequestKey | undefined,
  { cipher, clock }: SubscriptionPorts,
): Subscription | undefined {
  const nowMs = clock.now();
  const isNoChange = before.secret === secret;
  if (isNoChange && key === undefined) return undefined;

  const replaced = isNoChange ? [] : [{ secret: before.secret, untilMs: nowMs + OVERLAP_MS }];
  const earlierSecrets = [...replaced, ...before.earlierSecrets].filter((one) => one.secret !== secret);
  if (earlierSecrets.length > MAX_EARLIER_SECRETS) throw tooManySecrets(earlierSecrets.at(-1)?.untilMs ?? nowMs);
  const rotatedWith = toKeyedRequest(key, secret, nowMs) ?? before.rotatedWith;
  return {
    ...current,
    ...encryptSubscription(cipher, current.id, { ...before, secret, earlierSecrets, rotatedWith }),
    changedAtMs: nowMs,
  };
}

function tooManySecrets(firstEndsAtMs: number): RelayError {
  return new RelayError(
    'tooManySecrets',
    `${MAX_EARLIER_SECRETS} earlier secrets still sign beside the present one; the first of them ends at ` +
      `${new Date(firstEndsAtMs).toISOString()}. Rotate then.`,
  );
}
