import type { Resource } from '../resource';
import { compact } from '../compact';
import { toEventSpelling } from './enumerations';
import { actionsOf } from './invitationSnapshot';
import { kinds, type Kind } from '../kinds';
import type { InvitationEvent } from '../events/relayEvent';
import { textOf } from './resourceReading';

/**
 * A `started` or `updated` event that is published late, with what the invitation says now: its state and its actions,
 * and `delayed: true`. Id, sequence and everything else stay: it is the same occurrence. An invitation that is gone
 * (undefined) has no state and offers nothing; how it ended comes with `completed`. A `completed` event is final and is
 * only marked as delayed.
 */
export function refreshInvitation(event: InvitationEvent, resource: Resource | undefined): InvitationEvent {
  if (event.data.event === 'completed') return { ...event, data: { ...event.data, delayed: true } };
  const { kind } = event.data;
  const now = {
    state: toEventSpelling.state(textOf(resource, 'state')),
    actions: isKind(kind) ? actionsOf(resource, kinds[kind]) : [],
  };
  return { ...event, data: { ...compact({ ...event.data, ...now }), delayed: true } };
}

function isKind(name: string): name is Kind {
  return Object.hasOwn(kinds, name);
}
