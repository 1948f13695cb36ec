import { z } from 'zod';
import { RelayError } from '../errors/relayError';
import type { InvitationEvent, RelayEvent } from '../invitations/relayEvent';
import { parseCloudEvent } from './cloudEvent';

/**
 * The event in the body of a message from `invitation-events`: the parsed object that the Azure SDK and the Functions
 * host usually give, or its text or bytes. Errors: `requestInvalid`.
 */
export function parseEventMessage(body: unknown): RelayEvent {
  if (typeof body === 'string') return parseCloudEvent(parseJson(body));
  if (body instanceof Uint8Array) return parseCloudEvent(parseJson(Buffer.from(body).toString('utf8')));
  return parseCloudEvent(body);
}

/**
 * Whether the event is about an invitation. Looks at the type and at what every invitation event has, no further: the
 * topic is written by the relay alone, and an event made by a newer version than this one is still an event.
 */
export function isInvitationEvent(event: RelayEvent): event is InvitationEvent {
  return invitationEventType.test(event.type) && leastInvitation.safeParse(event.data).success;
}

const invitationEventType = /^ucwa\.[^.]+\.(started|updated|completed)$/;

const leastInvitation = z.looseObject({
  invitationId: z.string(),
  event: z.enum(['started', 'updated', 'completed']),
  kind: z.string(),
  account: z.string(),
  actions: z.array(z.string()),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new RelayError('requestInvalid', 'The message’s body is not JSON.', { cause });
  }
}
