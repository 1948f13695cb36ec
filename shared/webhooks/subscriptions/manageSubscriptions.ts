import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock';
import { parseOrExplain } from '../../errors/parseOrExplain';
import { RelayError } from '../../errors/relayError';
import { compact } from '../../invitations/compact';
import type { Log } from '../../telemetry/log';
import { checkSubscriberUrl, type SubscriberUrlPorts } from './checkSubscriberUrl';
import { existingSubscription, unknownSubscription } from './existingSubscription';
import { askConsent } from './handshake';
import type { SubscriptionStore } from './subscriptionStore';
import { redact } from '../sender/redact';
import type { SecretCipher } from '../../secretCipher';
import type { Sender } from '../sender/sender';
import { generateSecret } from '../delivery/signature';
import { subscriptionChangeSchema, subscriptionRequestSchema, type Handshake, type Subscription } from './subscription';
import { toSubscriptionView, type SubscriptionView } from './subscriptionView';

/** How long the old secret signs as well after a rotation: 24 hours. */
const ROTATION_OVERLAP_MS = 24 * 3_600_000;
/** Each event is matched against all of them, and its results are one row of at most 1 MiB (Azure Table storage, "Property limitations"). */
export const MAX_SUBSCRIPTIONS = 500;
/** The rate that the handshake asks for, in requests a minute (CloudEvents, HTTP 1.1 Web Hooks §4.1.3). */
const ASKED_RATE_PER_MINUTE = 1000;

export interface ManageSubscriptionsPorts extends SubscriberUrlPorts {
  readonly store: SubscriptionStore;
  readonly secretCipher: SecretCipher;
  readonly sender: Pick<Sender, 'send'>;
  readonly requestOrigin: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Created {
  readonly subscription: SubscriptionView;
  /** Shown this once. */
  readonly secret: string;
  /** Sentences about what works but may surprise: no consent to the handshake, a retired kind of URL. */
  readonly warnings: readonly string[];
}

/** The subscriptions API without HTTP. Bodies come unparsed. Errors of all: `notFound` for an unknown id, `storageUnavailable`. */
export interface ManageSubscriptions {
  /** Errors: `requestInvalid` (body, URL with the rule that refused it, or no consent where `handshake` is `require`). */
  create(body: unknown, caller: string): Promise<Created>;
  list(): Promise<readonly SubscriptionView[]>;
  get(id: string): Promise<SubscriptionView>;
  /** In effect everywhere within 5 s. Errors as create. */
  change(
    id: string,
    body: unknown,
  ): Promise<{ readonly subscription: SubscriptionView; readonly warnings: readonly string[] }>;
  /** Idempotent: an unknown id is as good as removed. */
  remove(id: string): Promise<void>;
  /** A new secret, or the one given in `secret`; the old one signs as well for 24 h. */
  rotateSecret(id: string, body: unknown): Promise<Pick<Created, 'subscription' | 'secret'>>;
}

export function createManageSubscriptions(ports: ManageSubscriptionsPorts): ManageSubscriptions {
  const { store, secretCipher, sender, requestOrigin, clock, log } = ports;

  /** Judges the URL and asks for consent; answers warnings. */
  const probe = async (url: string, handshake: Handshake): Promise<string[]> => {
    await checkSubscriberUrl(url, ports);
    const warnings = /^https:\/\/[^/]*\.webhook\.office\.com\//i.test(url)
      ? ['Office 365 connector URLs are retired: use a Teams workflow']
      : [];
    if (handshake === 'skip') return warnings;
    const consent = await askConsent(sender, url, requestOrigin, ASKED_RATE_PER_MINUTE);
    if (consent.consents) return warnings;
    if (handshake === 'require') {
      throw new RelayError('requestInvalid', `The URL does not consent to events: ${consent.reason}.`, {
        extensions: { errors: [{ field: 'url', rule: 'handshake', message: consent.reason }] },
      });
    }
    return [...warnings, `the URL does not consent to events: ${consent.reason}`];
  };

  const update = async (id: string, change: (subscription: Subscription) => Subscription): Promise<Subscription> => {
    const changed = await store.update(id, (current) => ({ ...change(current), changedAtMs: clock.now() }));
    if (changed === undefined) throw unknownSubscription(id);
    return changed;
  };

  return {
    async create(body, caller) {
      const request = parseOrExplain(body, subscriptionRequestSchema);
      if ((await store.list()).length >= MAX_SUBSCRIPTIONS)
        throw new RelayError(
          'requestInvalid',
          `There are ${MAX_SUBSCRIPTIONS} webhook subscriptions already, as many as are kept: delete one that is not needed.`,
        );
      const {
        url,
        description,
        filters,
        format,
        secret = generateSecret(),
        handshake = format === 'cloudevents' ? 'warn' : 'skip',
      } = request;
      const warnings = await probe(url, handshake);
      const id = `sub_${randomBytes(16).toString('base64url')}`;
      const nowMs = clock.now();
      const subscription: Subscription = {
        id,
        url,
        ...(description !== undefined && { description }),
        filters,
        format,
        handshake,
        state: { name: 'active' },
        encryptedSecret: secretCipher.encryptSecret(secret, id),
        createdBy: caller,
        createdAtMs: nowMs,
        changedAtMs: nowMs,
      };
      await store.insert(subscription);
      log.info('subscriptionCreated', { subscriptionId: id, format, caller });
      return { subscription: toSubscriptionView(subscription, nowMs), secret, warnings };
    },
    async list() {
      const subscriptions = [...(await store.list())].sort((one, other) => one.createdAtMs - other.createdAtMs);
      return subscriptions.map((subscription) => toSubscriptionView(subscription, clock.now()));
    },
    async get(id) {
      return toSubscriptionView(await existingSubscription(store, id), clock.now());
    },
    async change(id, body) {
      const { state, url, ...others } = parseOrExplain(body, subscriptionChangeSchema);
      const before = await existingSubscription(store, id);
      // A reader sees the URL with its secrets taken out; that one sent back is no change.
      const newUrl = url === redact(before.url) ? undefined : url;
      const probed = newUrl ?? (others.handshake === undefined ? undefined : before.url);
      const warnings = probed === undefined ? [] : await probe(probed, others.handshake ?? before.handshake);
      const changed = await update(id, (current): Subscription => {
        const next = { ...current, ...compact(others), ...(newUrl !== undefined && { url: newUrl }) };
        if (state === undefined || state === current.state.name) return next;
        return { ...next, state: state === 'active' ? { name: 'active' } : { name: 'paused', atMs: clock.now() } };
      });
      log.info('subscriptionChanged', { subscriptionId: id, state: changed.state.name });
      return { subscription: toSubscriptionView(changed, clock.now()), warnings };
    },
    async remove(id) {
      await store.remove(id);
      log.info('subscriptionRemoved', { subscriptionId: id });
    },
    async rotateSecret(id, body) {
      const { secret = generateSecret() } = parseOrExplain(
        body ?? {},
        subscriptionRequestSchema.pick({ secret: true }),
      );
      const changed = await update(id, (current) => ({
        ...current,
        encryptedSecret: secretCipher.encryptSecret(secret, id),
        previousSecret: { encrypted: current.encryptedSecret, untilMs: clock.now() + ROTATION_OVERLAP_MS },
      }));
      log.info('subscriptionSecretRotated', { subscriptionId: id });
      return { subscription: toSubscriptionView(changed, clock.now()), secret };
    },
  };
}
