import { parseOrExplain } from '../../errors/parseOrExplain';
import { compact } from '../../invitations/compact';
import { existingSubscription, unknownSubscription } from './existingSubscription';
import { filterWarnings } from './filterWarnings';
import { refuseHiddenValues } from './refuseHiddenValues';
import type { Subscription } from './subscription';
import type { SubscriptionHeaders } from './subscriptionHeaders';
import type { SubscriptionPorts } from './subscriptionPorts';
import { subscriptionChangeSchema, type SubscriptionChange } from './subscriptionRequest';
import { encryptSubscription, type SubscriptionSecrets } from './subscriptionSecrets';
import { toSubscriptionView, type SubscriptionView } from './subscriptionView';
import { probeUrl, type Probed } from './url/probeUrl';
import { HIDDEN_VALUE } from './url/showUrl';

export interface Changed {
  readonly subscription: SubscriptionView;
  readonly warnings: readonly string[];
}

/**
 * Changes what the body names; in effect everywhere within 5 s. The URL as it is shown, and a header's value `REDACTED`,
 * are no change. Errors: `requestInvalid`, `notFound`, `storageUnavailable`, and `settingsInvalid` without the key.
 */
export async function changeSubscription(ports: SubscriptionPorts, id: string, body: unknown): Promise<Changed> {
  const { store, cipher, decrypt, clock, log } = ports;
  const given = parseOrExplain(body, subscriptionChangeSchema);
  const before = await existingSubscription(store, id);
  const { url, ...rest } = given;
  const change = { ...rest, ...(url !== before.shownUrl && { url }) };
  refuseHiddenValues(compact({ url: change.url }));
  const secretsOf = (subscription: Subscription): SubscriptionSecrets =>
    changeSecrets(decrypt(subscription, clock.now()), change);
  const isSecretChanged = change.url !== undefined || change.headers !== undefined;
  const isProbed = change.url !== undefined || change.handshake !== undefined;
  const secrets = isSecretChanged || isProbed ? secretsOf(before) : undefined;
  const probed = secrets !== undefined && isProbed ? await probe(secrets, before, change, ports) : undefined;

  const changed = await store.update(id, (current) => ({
    ...current,
    ...changeSettings(current, change, probed, clock.now()),
    ...(isSecretChanged && encryptSubscription(cipher, id, secretsOf(current))),
    changedAtMs: clock.now(),
  }));
  if (changed === undefined) throw unknownSubscription(id);
  log.info('subscriptionChanged', { subscriptionId: id, state: changed.state.name });
  const warnings = change.filters === undefined ? [] : filterWarnings(change.filters, await ports.accounts());
  return {
    subscription: toSubscriptionView(changed, clock.now()),
    warnings: [...(probed?.warnings ?? []), ...warnings],
  };
}

function probe(
  { url, headers }: SubscriptionSecrets,
  before: Subscription,
  { handshake = before.handshake, maxPerMinute = before.maxPerMinute }: SubscriptionChange,
  ports: SubscriptionPorts,
): Promise<Probed> {
  return probeUrl({ url, headers, handshake, maxPerMinute: maxPerMinute ?? undefined }, ports);
}

function changeSecrets(
  current: SubscriptionSecrets,
  { url = current.url, headers }: SubscriptionChange,
): SubscriptionSecrets {
  return { ...current, url, headers: headers === undefined ? current.headers : keepHidden(headers, current.headers) };
}

/** The headers of a change, where `REDACTED` stands for the value that there is. Error: `requestInvalid` where there is none. */
function keepHidden(headers: SubscriptionHeaders, known: SubscriptionHeaders): SubscriptionHeaders {
  const knownByName = new Map(Object.entries(known).map((entry) => [entry[0].toLowerCase(), entry]));
  const kept = Object.fromEntries(
    Object.entries(headers).map((entry) =>
      entry[1] === HIDDEN_VALUE ? (knownByName.get(entry[0].toLowerCase()) ?? entry) : entry,
    ),
  );
  refuseHiddenValues({ headers: kept });
  return kept;
}

function changeSettings(
  current: Subscription,
  { filters, format, contentType, handshake, description, timeoutSeconds, maxPerMinute, state }: SubscriptionChange,
  probed: Probed | undefined,
  nowMs: number,
): Partial<Subscription> {
  return {
    ...compact({ filters, format, contentType, handshake }),
    description: unlessGiven(description, current.description),
    timeoutSeconds: unlessGiven(timeoutSeconds, current.timeoutSeconds),
    maxPerMinute: unlessGiven(maxPerMinute, current.maxPerMinute),
    ...(probed !== undefined && { allowedRatePerMinute: probed.allowedRatePerMinute }),
    ...(state !== undefined &&
      state !== current.state.name && {
        state: state === 'active' ? { name: state } : { name: state, atMs: nowMs },
      }),
  };
}

/** `null` removes. */
function unlessGiven<Value>(given: Value | null | undefined, before: Value | undefined): Value | undefined {
  return given === undefined ? before : (given ?? undefined);
}
