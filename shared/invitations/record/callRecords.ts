import type { CallContext } from '../calls/callData';
import type { RelayEvent } from '../events/relayEvent';
import type { DeliveryResult, LaterAttempt } from './deliveryResult';

/** An event as it is on record: public (no SDP), at most 30,000 characters of JSON. */
export interface RecordedEvent {
  readonly event: RelayEvent;
  /** When the bus took it (milliseconds since the epoch), where that is known. */
  readonly enqueuedAtMs?: number;
  /** When it was first handled by `deliverEvent` (milliseconds since the epoch). */
  readonly recordedAtMs: number;
  /** Results of all first attempts; absent until they are written, and where nobody was to hear the event. */
  readonly results?: readonly DeliveryResult[];
}

/** As RecordedEvent, for who asks for all events of a call: results of hundreds of subscribers are not read with each. */
export interface ListedEvent extends Omit<RecordedEvent, 'results'> {
  readonly hasResults: boolean;
}

/**
 * A delivery that was not `delivered` at its first attempt, as it stands now. Where an open circuit has moved it, `nextAtMs` may
 * be up to five minutes early.
 */
export interface TroubledDelivery extends LaterAttempt {
  readonly event: Pick<RelayEvent, 'id' | 'type' | 'subject' | 'account' | 'sequence' | 'timeMs'>;
  /** The response's first 4 KiB, redacted. */
  readonly response?: string;
}

/** All that one invocation has to keep: one write for each part, each may be made twice. */
export interface CallRecord extends RecordedEvent {
  /** When the call's first event was received (milliseconds since the epoch), where an earlier event than this one is known. */
  readonly startedAtMs?: number;
}

/**
 * What the delivery engine keeps and reads of calls. Every write is idempotent. Errors of all methods:
 * `storageUnavailable` (no response, or one that may be better later) and `storageRefused` (refused for good: 400, 413).
 */
export interface CallRecords {
  /** Inserts the event into its call's partition, with its results where it has any: only they are written where it is there already. */
  insertEvent(recorded: RecordedEvent): Promise<void>;
  /**
   * Writes what lists find the event by: its row of `feed`, and for the first event of a call and for its end the row of
   * `callsByAccount`. An end whose `startedAtMs` is not known reads the call's partition for it; so does a context, which lists
   * show with the end of its call.
   */
  indexEvent(record: CallRecord): Promise<void>;
  /** Writes the results of all first attempts into the event's row, which must exist. */
  writeResults(event: RelayEvent, results: readonly DeliveryResult[]): Promise<void>;
  /** Every event of the invitation on record, contexts first, in sequence. Settled commands are not among them. */
  readEvents(invitationId: string): Promise<readonly ListedEvent[]>;
  /** What is attached to the call now, `{}` where that was taken away; undefined where nothing ever was. */
  readContext(invitationId: string): Promise<CallContext | undefined>;
  /** One event as it is on record, settled commands and gaps included. */
  readEvent(
    event: Pick<RelayEvent, 'id' | 'subject' | 'sequence' | 'type' | 'account' | 'timeMs'>,
  ): Promise<RecordedEvent | undefined>;
  /** Inserts the row of a later attempt into its call's partition. */
  writeAttempt(event: RelayEvent, attempt: LaterAttempt): Promise<void>;
  /** Writes the row of the delivery in its subscription's partition, over what stands there. */
  writeDelivery(delivery: TroubledDelivery): Promise<void>;
  /** Everything above at once, for a record that storage did not take at its time. */
  writeRecord(record: CallRecord): Promise<void>;
}
