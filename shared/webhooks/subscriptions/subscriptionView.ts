import { redact } from '../sender/redact';
import type { Filters } from './matchesFilter';
import type { Format, Handshake, Subscription } from './subscription';

/** A subscription as its owner sees it: no secret, and no `sig` in its URL. Times are ISO 8601 in UTC. */
export interface SubscriptionView {
  readonly id: string;
  readonly url: string;
  readonly description?: string;
  readonly filters: Filters;
  readonly format: Format;
  readonly handshake: Handshake;
  readonly state: 'active' | 'paused' | 'disabled';
  /** Since when it is paused or disabled. */
  readonly stateSince?: string;
  /** Why it was disabled. */
  readonly stateReason?: string;
  /** Until when the secret before the last rotation signs as well. */
  readonly previousSecretUntil?: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly changedAt: string;
}

/** Pure. @param nowMs tells whether a rotation still overlaps. */
export function toSubscriptionView(subscription: Subscription, nowMs: number): SubscriptionView {
  const {
    id,
    url,
    description,
    filters,
    format,
    handshake,
    state,
    previousSecret,
    createdBy,
    createdAtMs,
    changedAtMs,
  } = subscription;
  return {
    id,
    url: redact(url),
    ...(description !== undefined && { description }),
    filters,
    format,
    handshake,
    state: state.name,
    ...(state.name !== 'active' && { stateSince: toIso(state.atMs) }),
    ...(state.name === 'disabled' && { stateReason: state.reason }),
    ...(previousSecret !== undefined &&
      previousSecret.untilMs > nowMs && { previousSecretUntil: toIso(previousSecret.untilMs) }),
    createdBy,
    createdAt: toIso(createdAtMs),
    changedAt: toIso(changedAtMs),
  };
}

function toIso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
