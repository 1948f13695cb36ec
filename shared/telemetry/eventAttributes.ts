import { accountKey } from '../invitations/invitationId';
import type { RelayEvent } from '../invitations/events/relayEvent';
import type { SpanAttributes } from './trace';

/**
 * What a span may say of an event (OpenTelemetry, "CloudEvents semantic conventions"): its account by key, never by
 * address, and nothing of its data.
 */
export function eventAttributes({ id, type, account, subject }: RelayEvent): SpanAttributes {
  return {
    'cloudevents.event_id': id,
    'cloudevents.event_type': type,
    'relay.account': accountKey(account),
    // An event of no invitation has the account's address there.
    ...(subject !== account && { 'cloudevents.event_subject': subject }),
  };
}
