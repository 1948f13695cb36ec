import type { RelayEvent, UnreadableEvent } from './relayEvent';

/** At-least-once publishing to the topic `invitation-events`; the ids make it once within the topic's duplicate window. */
export interface EventPublisher {
  /**
   * Resolves when the bus has accepted every event (or has refused one for good, in which case that one went to
   * `unreadable-events` and was accepted there). Rejects with `busUnavailable` when the outcome is not known or not
   * good within the send time-out (5 s): publish the same events again. Calls for one account must not overlap; calls
   * of different accounts share batches. Events are on the bus in the order given.
   */
  publish(events: readonly RelayEvent[]): Promise<void>;

  /**
   * Sends raw what could not be normalised to the queue `unreadable-events`, same promise. Rejects with
   * `storageUnavailable` too, when a text is too large for a message and its blob cannot be stored; so may publish.
   */
  sendUnreadable(unreadable: readonly UnreadableEvent[]): Promise<void>;

  close(): Promise<void>;
}
