import type { RelayEvent } from '../events/relayEvent';
import type { CallConnected, CallEnded } from './callData';

export type CallConnectedEvent = RelayEvent<'ucwa.call.connected', CallConnected>;
export type CallEndedEvent = RelayEvent<'ucwa.call.ended', CallEnded>;
export type CallEvent = CallConnectedEvent | CallEndedEvent;

/** The types of the events that follow a call beyond its invitation. */
export const callEventTypes = ['ucwa.call.connected', 'ucwa.call.ended'] as const;

/** Whether the event tells that a call was connected or has ended. */
export function isCallEvent(event: RelayEvent): event is CallEvent {
  return callEventTypes.some((type) => type === event.type);
}
