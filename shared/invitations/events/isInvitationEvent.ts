import { z } from 'zod';
import type { InvitationEvent, RelayEvent } from './relayEvent';

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
