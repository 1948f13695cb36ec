import type { Clock } from '../../clock';
import { parseOrExplain } from '../../errors/parseOrExplain';
import { RelayError } from '../../errors/relayError';
import type { SecretCipher } from '../../secretCipher';
import type { Log } from '../../telemetry/log';
import { generateSecret } from '../delivery/signature';
import { encryptionContext, type DecryptSubscription } from './decryptSubscription';
import { encryptHeaders, encryptUrl } from './encryptSubscription';
import { requireSubscriptionId, unknownSubscription } from './existingSubscription';
import { isSameRequest, toKeyedRequest, toRequestKey, type RequestKey } from './keyedRequest';
import type { Subscription } from './subscription';
import { secretRotationSchema } from './subscriptionRequest';
import type { SubscriptionStore } from './subscriptionStore';
import { toSubscriptionView, type SubscriptionView } from './subscriptionView';

/** How long an earlier secret signs as well after a rotation: 24 hours. */
const OVERLAP_MS = 24 * 3_600_000;
/** Each of them is a signature more in every request's header. */
export const MAX_EARLIER_SECRETS = 4;

export interface RotateSecretPorts {
  readonly store: Pick<SubscriptionStore, 'update'>;
  readonly cipher: SecretCipher;
  readonly decrypt: DecryptSubscription;
  readonly clock: Clock;
  readonly log: Log;
}

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
  ports: RotateSecretPorts,
  id: string,
  body: unknown,
  caller: string,
  idempotencyKey?: string,
): Promise<Rotated> {
  const { store, cipher, clock, log } = ports;
  requireSubscriptionId(id);
  const request = parseOrExplain(body, secretRotationSchema);
  const key = toRequestKey(idempotencyKey, caller, `rotate ${id}`, request);
  let secret = '';
  const changed = await store.update(id, (current) => {
    if (current.rotatedWith !== undefined && isSameRequest(current.rotatedWith, key, clock.now())) {
      secret = cipher.decryptSecret(current.rotatedWith.encryptedSecret, encryptionContext.secret(id));
      return undefined;
    }
    secret = request.secret ?? generateSecret();
    return withSecret(current, secret, key, ports);
  });
  if (changed === undefined) throw unknownSubscription(id);
  log.info('subscriptionSecretRotated', { subscriptionId: id });
  return { subscription: toSubscriptionView(changed, clock.now()), secret };
}

function withSecret(
  current: Subscription,
  secret: string,
  key: RequestKey | undefined,
  { cipher, decrypt, clock }: RotateSecretPorts,
): Subscription | undefined {
  const { id } = current;
  const nowMs = clock.now();
  const { url, headers, secrets } = decrypt(current, nowMs);
  const isNoChange = secrets[0] === secret;
  if (isNoChange && key === undefined) return undefined;

  const untilMs = [nowMs + OVERLAP_MS, ...current.earlierSecrets.map((one) => one.untilMs).filter((at) => nowMs < at)];
  const signing = secrets.map((one, index) => ({ secret: one, untilMs: untilMs[index] ?? nowMs }));
  const earlier = (isNoChange ? signing.slice(1) : signing).filter((one) => one.secret !== secret);
  if (earlier.length > MAX_EARLIER_SECRETS) throw tooManySecrets(earlier[earlier.length - 1]?.untilMs ?? nowMs);
  const encrypt = (text: string): string => cipher.encryptSecret(text, encryptionContext.secret(id));
  const encryptedSecret = encrypt(secret);
  return {
    ...current,
    ...encryptUrl(cipher, id, url),
    encryptedHeaders: encryptHeaders(cipher, id, headers),
    encryptedSecret,
    earlierSecrets: earlier.map((one) => ({ encrypted: encrypt(one.secret), untilMs: one.untilMs })),
    ...(key !== undefined && { rotatedWith: toKeyedRequest(key, encryptedSecret, nowMs) }),
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
