import type { RelayEvent } from '../../invitations/relayEvent';
import { isInvitationEvent } from '../../messaging/parseEventMessage';

/** The largest event that a subscriber is sent, as JSON (CloudEvents 1.0 §4, "Size Limits": 64 KiB are safe with every intermediary). */
export const MAX_PUBLIC_EVENT_BYTES = 60 * 1024;

const SDP_START = /^\s*v=0\s*[\r\n]/;

/**
 * The event as it may leave the relay: without any SDP, wherever in `data` one stands, and so small that every
 * receiver takes it. What was left out for its size is named in `data.omitted`. Pure; does not change its argument.
 */
export function toPublicEvent(event: RelayEvent): RelayEvent {
  const publicEvent: RelayEvent = { ...event, data: withoutSdp(event.data) };
  if (!isInvitationEvent(publicEvent) || Buffer.byteLength(JSON.stringify(publicEvent.data)) <= MAX_PUBLIC_EVENT_BYTES)
    return publicEvent;
  const { media, ...data } = publicEvent.data;
  return {
    ...publicEvent,
    data: media === undefined ? data : { ...data, omitted: [...(data.omitted ?? []), 'media'] },
  };
}

function withoutSdp(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSdp);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([name, member]) => name.toLowerCase() !== 'sdp' && !(typeof member === 'string' && SDP_START.test(member)),
  );
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutSdp(member)]));
}
