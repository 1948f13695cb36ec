import type { Clock } from '../../clock';
import { invalidRequest, parseOrExplain } from '../../errors/parseOrExplain';
import { compact } from '../../invitations/compact';
import type { SecretCipher } from '../../secretCipher';
import type { Log } from '../../telemetry/log';
import type { DecryptSubscription } from './decryptSubscription';
import { encryptHeaders, encryptUrl } from './encryptSubscription';
import { existingSubscription, unknownSubscription } from './existingSubscription';
import { filterWarnings } from './filterWarnings';
import { probeUrl, type Probed, type ProbeUrlPorts } from './url/probeUrl';
import { refuseHiddenValues } from './refuseHiddenValues';
import type { Subscription } from './subscription';
import { HIDDEN_VALUE } from './subscriptionHeaders';
import { subscriptionChangeSchema, type SubscriptionChange } from './subscriptionRequest';
import type { SubscriptionStore } from './subscriptionStore';
import { toSubscriptionView, type SubscriptionView } from './subscriptionView';

export interface ChangeSubscriptionPorts extends ProbeUrlPorts {
  readonly store: Pick<SubscriptionStore, 'find' | 'update'>;
  readonly cipher: SecretCipher;
  readonly decrypt: DecryptSubscription;
  readonly accounts: () => readonly string[] | Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Changed {
  readonly subscription: SubscriptionView;
  readonly warnings: readonly string[];
}

/**
 * Changes what the body names; in effect everywhere within 5 s. The URL as it is shown, and a header's value `REDACTED`,
 * are no change. Errors: `requestInvalid`, `notFound`, `storageUnavailable`, and `settingsInvalid` without the key.
 */
export async function changeSubscription(ports: ChangeSubscriptionPorts, id: string, body: unknown): Promise<Changed> {
  const { store, clock, log } = ports;
  const change = parseOrExplain(body, subscriptionChangeSchema);
  const before = await existingSubscription(store, id);
  const newUrl = change.url === before.shownUrl ? undefined : change.url;
  refuseHiddenValues({ url: newUrl, headers: newHeaders(change.headers, before) });
  const probed =
    newUrl === undefined && change.handshake === undefined ? undefined : await probe(ports, before, change, newUrl);

  const changed = await store.update(id, (current) => ({
    ...applyChange(current, change, newUrl, probed, ports),
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

async function probe(
  ports: ChangeSubscriptionPorts,
  before: Subscription,
  change: SubscriptionChange,
  newUrl: string | undefined,
): Promise<Probed> {
  const { handshake = before.handshake, maxPerMinute = before.maxPerMinute, headers = {} } = change;
  const current = ports.decrypt(before, ports.clock.now());
  const url = newUrl ?? current.url;
  const sent = change.headers === undefined ? current.headers : { ...current.headers, ...newHeaders(headers, before) };
  return probeUrl({ url, headers: sent, handshake, maxPerMinute: maxPerMinute ?? undefined }, ports);
}

function applyChange(
  current: Subscription,
  change: SubscriptionChange,
  newUrl: string | undefined,
  probed: Probed | undefined,
  { cipher, clock }: Pick<ChangeSubscriptionPorts, 'cipher' | 'clock'>,
): Subscription {
  const { filters, format, contentType, handshake, headers, state } = change;
  const next: Subscription = {
    ...current,
    ...compact({ filters, format, contentType, handshake }),
    ...(newUrl !== undefined && encryptUrl(cipher, current.id, newUrl)),
    ...(headers !== undefined && { encryptedHeaders: keepHidden(headers, current, cipher) }),
  };
  replace(next, 'description', change.description);
  replace(next, 'timeoutSeconds', change.timeoutSeconds);
  replace(next, 'maxPerMinute', change.maxPerMinute);
  if (probed !== undefined) replace(next, 'allowedRatePerMinute', probed.allowedRatePerMinute ?? null);
  if (state === undefined || state === current.state.name) return next;
  return { ...next, state: state === 'active' ? { name: 'active' } : { name: 'paused', atMs: clock.now() } };
}

/** Undefined keeps, null removes. */
function replace<Name extends 'description' | 'timeoutSeconds' | 'maxPerMinute' | 'allowedRatePerMinute'>(
  subscription: Subscription,
  name: Name,
  value: Subscription[Name] | null | undefined,
): void {
  if (value === null) Reflect.deleteProperty(subscription, name);
  else if (value !== undefined) subscription[name] = value;
}

/** The headers whose values are given; those that stand for a value that there is are left out. */
function newHeaders(
  headers: SubscriptionChange['headers'],
  { encryptedHeaders }: Subscription,
): Record<string, string> | undefined {
  if (headers === undefined) return undefined;
  const known = new Set(Object.keys(encryptedHeaders).map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => value !== HIDDEN_VALUE || !known.has(name.toLowerCase())),
  );
}

/** The headers of a change in their stored form, in the order given. Error: `requestInvalid` when a value to keep is gone. */
function keepHidden(
  headers: Readonly<Record<string, string>>,
  { id, encryptedHeaders }: Subscription,
  cipher: SecretCipher,
): Subscription['encryptedHeaders'] {
  const stored = new Map(
    Object.entries(encryptedHeaders).map(([name, value]) => [name.toLowerCase(), { name, value }]),
  );
  const entries = Object.entries(headers).map(([name, value]): readonly [string, string] => {
    if (value !== HIDDEN_VALUE) return [name, encryptHeaders(cipher, id, { [name]: value })[name] ?? ''];
    const kept = stored.get(name.toLowerCase());
    if (kept === undefined) throw invalidRequest([{ field: `headers.${name}`, message: 'has no value to keep' }]);
    return [kept.name, kept.value];
  });
  return Object.fromEntries(entries);
}
