import { compact } from '../../invitations/compact';
import type { Subscription } from './subscription';
import { HIDDEN_VALUE } from './url/showUrl';

/** A subscription as its owner sees it, without secrets. Times are ISO 8601 in UTC. */
export type SubscriptionView = ReturnType<typeof toSubscriptionView>;

/**
 * Pure.
 * @param nowMs tells which earlier secrets still sign
 * @param problem why nothing can be sent to it, whatever its state: what the operator has to do
 */
export function toSubscriptionView(subscription: Subscription, nowMs: number, problem?: string) {
  const { id, shownUrl, description, filters, format, handshake, headerNames, state } = subscription;
  const earlierUntilMs = subscription.earlierSecretsUntilMs.filter((untilMs) => nowMs < untilMs);
  const headers: Record<string, string> = Object.fromEntries(headerNames.map((name) => [name, HIDDEN_VALUE]));
  return compact({
    id,
    url: shownUrl,
    description,
    filters,
    format,
    handshake,
    headers: headerNames.length === 0 ? undefined : headers,
    contentType: subscription.contentType,
    timeoutSeconds: subscription.timeoutSeconds,
    maxPerMinute: subscription.maxPerMinute,
    allowedRatePerMinute: subscription.allowedRatePerMinute,
    state: state.name,
    stateSince: state.name === 'active' ? undefined : toIso(state.atMs),
    stateReason: state.name === 'disabled' ? state.reason : undefined,
    problem,
    earlierSecretsUntil: earlierUntilMs.length === 0 ? undefined : earlierUntilMs.map(toIso),
    createdBy: subscription.createdBy,
    createdAt: toIso(subscription.createdAtMs),
    changedAt: toIso(subscription.changedAtMs),
  });
}

function toIso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
