import type { Filters } from './matchesFilter';
import type { Subscription } from './subscription';
import { HIDDEN_VALUE } from './subscriptionHeaders';
import type { ContentType, Format, Handshake } from './subscriptionRequest';

/** A subscription as its owner sees it, without secrets. Times are ISO 8601 in UTC. */
export interface SubscriptionView {
  readonly id: string;
  /** See showUrl. */
  readonly url: string;
  readonly description?: string;
  readonly filters: Filters;
  readonly format: Format;
  readonly handshake: Handshake;
  /** Names as they were given, each with the value `REDACTED`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: ContentType;
  readonly timeoutSeconds?: number;
  readonly maxPerMinute?: number;
  /** What the handshake's `WebHook-Allowed-Rate` allows, in attempts a minute. */
  readonly allowedRatePerMinute?: number;
  readonly state: 'active' | 'paused' | 'disabled';
  /** Since when it is paused or disabled. */
  readonly stateSince?: string;
  /** Why it was disabled. */
  readonly stateReason?: string;
  /** Why nothing can be sent to it, whatever its state: what the operator has to do. */
  readonly problem?: string;
  /** Until when each secret before the last rotations signs as well, the newest first. */
  readonly earlierSecretsUntil?: readonly string[];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly changedAt: string;
}

/** Pure. @param nowMs tells which earlier secrets still sign. */
export function toSubscriptionView(subscription: Subscription, nowMs: number): SubscriptionView {
  const { id, shownUrl, description, filters, format, handshake, state, encryptedHeaders } = subscription;
  const { contentType, timeoutSeconds, maxPerMinute, allowedRatePerMinute } = subscription;
  const headers = Object.keys(encryptedHeaders).map((name) => [name, HIDDEN_VALUE]);
  const earlier = subscription.earlierSecrets.filter(({ untilMs }) => nowMs < untilMs);
  return {
    id,
    url: shownUrl,
    ...(description !== undefined && { description }),
    filters,
    format,
    handshake,
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) as Record<string, string> }),
    ...(contentType !== undefined && { contentType }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(maxPerMinute !== undefined && { maxPerMinute }),
    ...(allowedRatePerMinute !== undefined && { allowedRatePerMinute }),
    state: state.name,
    ...(state.name !== 'active' && { stateSince: toIso(state.atMs) }),
    ...(state.name === 'disabled' && { stateReason: state.reason }),
    ...(earlier.length > 0 && { earlierSecretsUntil: earlier.map(({ untilMs }) => toIso(untilMs)) }),
    createdBy: subscription.createdBy,
    createdAt: toIso(subscription.createdAtMs),
    changedAt: toIso(subscription.changedAtMs),
  };
}

function toIso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
