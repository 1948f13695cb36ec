import { isContextEvent } from '../../shared/invitations/calls/callEvent';
import type {
  CallRecord,
  CallRecords,
  RecordedEvent,
  TroubledDelivery,
} from '../../shared/invitations/record/callRecords';
import type { DeliveryResult, LaterAttempt } from '../../shared/invitations/record/deliveryResult';
import { toDeliveryId, toEventKey, toTableKey, type KeyedEvent } from '../../shared/invitations/record/eventKey';

/** What is kept of calls, in memory, by the same rules as the tables (held to them by the contract suite), for a test to look at. */
export interface MemoryCallRecords extends CallRecords {
  /** Every event on record, in the order in which they were inserted. */
  events(): readonly RecordedEvent[];
  /** What lists find events by, the latest write last. */
  indexed(): readonly CallRecord[];
  attempts(): readonly (LaterAttempt & { readonly eventId: string })[];
  deliveries(): readonly TroubledDelivery[];
}

export function createMemoryCallRecords(): MemoryCallRecords {
  const events = new Map<string, RecordedEvent>();
  const indexed = new Map<string, CallRecord>();
  const attempts = new Map<string, LaterAttempt & { readonly eventId: string }>();
  const deliveries = new Map<string, TroubledDelivery>();

  const insertEvent = (recorded: RecordedEvent): void => {
    const key = toDeliveryId(recorded.event);
    if (!events.has(key)) events.set(key, structuredClone(recorded));
    else if (recorded.results !== undefined) writeResults(recorded.event, recorded.results);
  };
  const indexEvent = (record: CallRecord): void =>
    void indexed.set(`${toDeliveryId(record.event)} ${record.recordedAtMs}`, structuredClone(record));
  const writeResults = (event: KeyedEvent, results: readonly DeliveryResult[]): void => {
    const known = events.get(toDeliveryId(event));
    if (known === undefined) throw new Error(`The event ${event.id} is not on record.`);
    events.set(toDeliveryId(event), { ...known, results: structuredClone(results) });
  };

  return {
    insertEvent: (recorded) => answer(() => insertEvent(recorded)),
    indexEvent: (record) => answer(() => indexEvent(record)),
    writeResults: (event, results) => answer(() => writeResults(event, results)),
    readEvents: (invitationId) =>
      answer(() =>
        [...events.values()]
          .map((recorded) => ({ recorded, key: toEventKey(recorded.event) }))
          .filter(({ key }) => key.partition === toTableKey(invitationId) && /^(context|event)\./.test(key.row))
          .sort((one, other) => (one.key.row < other.key.row ? -1 : 1))
          .map(({ recorded: { results, ...listed } }) => ({ ...listed, hasResults: results !== undefined })),
      ),
    readContext: (invitationId) =>
      answer(
        () =>
          [...events.values()]
            .map(({ event }) => event)
            .filter(isContextEvent)
            .filter(({ subject }) => subject === invitationId)
            .toSorted((one, other) => other.timeMs - one.timeMs)[0]?.data.context,
      ),
    readEvent: (event) => answer(() => events.get(toDeliveryId(event))),
    writeAttempt: (event, attempt) =>
      answer(() => {
        const { subscriptionId, redeliveryId = '', moves, attempt: number } = attempt;
        const key = [toDeliveryId(event), subscriptionId, redeliveryId, number, moves].join(' ');
        attempts.set(key, { ...structuredClone(attempt), eventId: event.id });
      }),
    writeDelivery: (delivery) =>
      answer(() => {
        deliveries.set(`${delivery.subscriptionId} ${toDeliveryId(delivery.event)}`, structuredClone(delivery));
      }),
    writeRecord: (record) =>
      answer(() => {
        insertEvent(toRecordedEvent(record));
        indexEvent(record);
      }),
    events: () => [...events.values()],
    indexed: () => [...indexed.values()],
    attempts: () => [...attempts.values()],
    deliveries: () => [...deliveries.values()],
  };
}

function toRecordedEvent({ startedAtMs: _startedAtMs, ...recorded }: CallRecord): RecordedEvent {
  return recorded;
}

/** Does it at once; what it throws rejects. */
function answer<Result>(action: () => Result): Promise<Result> {
  try {
    return Promise.resolve(action());
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
