import type { RelayEvent } from '../events/relayEvent';
import type { CallConnected, CallContextData, CallEnded } from './callData';

export type CallConnectedEvent = RelayEvent<'ucwa.call.connected', CallConnected>;
export type CallEndedEvent = RelayEvent<'ucwa.call.ended', CallEnded>;
/** What the event channel tells of a call beyond its invitation. */
export type CallEvent = CallConnectedEvent | CallEndedEvent;
/** What a consumer attached to a call. It is no event of the channel, so it has no `sequence`. */
export type CallContextEvent = RelayEvent<'ucwa.call.context', CallContextData>;

/** The types of the events that follow a call beyond its invitation. */
const callEventTypes = ['ucwa.call.connected', 'ucwa.call.ended'] as const;
export const CONTEXT_EVENT_TYPE = 'ucwa.call.context';

/** Whether the event tells that a call was connected or has ended. */
export function isCallEvent(event: RelayEvent): event is CallEvent {
  return callEventTypes.some((type) => type === event.type);
}

/** Whether the event tells what was attached to a call. */
export function isContextEvent(event: RelayEvent): event is CallContextEvent {
  return event.type === CONTEXT_EVENT_TYPE;
}
