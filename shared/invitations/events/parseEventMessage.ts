import { RelayError } from '../../errors/relayError';
import type { RelayEvent } from './relayEvent';
import { parseCloudEvent } from './cloudEvent';

export { isInvitationEvent } from './isInvitationEvent';

/**
 * The event in the body of a message from `invitation-events`: the parsed object that the Azure SDK and the Functions
 * host usually give, or its text or bytes. Errors: `requestInvalid`.
 */
export function parseEventMessage(body: unknown): RelayEvent {
  if (typeof body === 'string') return parseCloudEvent(parseJson(body));
  if (body instanceof Uint8Array) return parseCloudEvent(parseJson(Buffer.from(body).toString('utf8')));
  return parseCloudEvent(body);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new RelayError('requestInvalid', 'The message’s body is not JSON.', { cause });
  }
}
