import { isInvitationEvent } from '../../invitations/events/isInvitationEvent';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import { withoutLargestParts } from '../../invitations/normalise/withoutLargestParts';
import { toCloudEvent } from '../../invitations/events/cloudEvent';

/**
 * The largest event that a subscriber is sent, in characters of its JSON. A property of a table row holds 32 Ki characters
 * (Azure Table storage, "Property limitations"), and 64 KiB pass every intermediary (CloudEvents 1.0 §4, "Size Limits").
 */
export const MAX_PUBLIC_EVENT_LENGTH = 30_000;

const SDP_START = /^\s*v=0\s*[\r\n]/;

/**
 * The event as it may leave the relay: without any SDP, wherever in `data` one stands, and so small that every receiver and
 * every record takes it. Its largest parts are left out for that, and named in `data.omitted`. Pure; does not change its
 * argument.
 */
export function toPublicEvent(event: RelayEvent): RelayEvent {
  let publicEvent: RelayEvent = { ...event, data: withoutSdp(event.data) };
  while (isInvitationEvent(publicEvent) && JSON.stringify(toCloudEvent(publicEvent)).length > MAX_PUBLIC_EVENT_LENGTH) {
    const smaller = withoutLargestParts(publicEvent);
    if (smaller === undefined) break;
    publicEvent = smaller;
  }
  return publicEvent;
}

function withoutSdp(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSdp);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([name, member]) => name.toLowerCase() !== 'sdp' && !(typeof member === 'string' && SDP_START.test(member)),
  );
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutSdp(member)]));
}
