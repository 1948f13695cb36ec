import type { UnreadableEvent } from '../invitations/events/relayEvent';
import type { EncodedMessage } from './encodedMessage';

/**
 * The message of the queue `unreadable-events`: JSON `{id, account, time, sequence?, reason}` and either `raw`, the text
 * itself, or `rawBlob`, the name of the blob in the container `unreadable-events` that holds it.
 */
export function toUnreadableMessage(unreadable: UnreadableEvent, rawBlob?: string): EncodedMessage {
  const { id, account, timeMs, sequence, reason, raw } = unreadable;
  const body = {
    id,
    account,
    time: new Date(timeMs).toISOString(),
    ...(sequence !== undefined && { sequence }),
    reason,
    ...(rawBlob === undefined ? { raw } : { rawBlob }),
  };
  return {
    body: Buffer.from(JSON.stringify(body), 'utf8'),
    contentType: 'application/json',
    messageId: id,
    subject: 'ucwa.unreadable',
    applicationProperties: { account },
  };
}
