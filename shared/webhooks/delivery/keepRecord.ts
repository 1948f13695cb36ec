import type { Clock } from '../../clock';
import { toRelayError, type RelayError } from '../../errors/relayError';
import type { TroubledDelivery } from '../../invitations/record/callRecords';
import type { DeliveryResult } from '../../invitations/record/deliveryResult';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import type { Log } from '../../telemetry/log';
import { countRefusedRecord } from '../../telemetry/metrics';
import type { DeliveryEnd } from './deliveryEnd';
import { withDeadline } from '../../withDeadline';

/** `noAnswer`: to be tried again later. `refused`: storage will never take it; it was logged and is not tried again. */
export type Kept = 'kept' | 'noAnswer' | 'refused';

/** One write of a record, at most a second long. Never rejects. */
export type KeepRecord = (event: Pick<RelayEvent, 'id'>, write: () => Promise<unknown>) => Promise<Kept>;

export function createKeepRecord({ clock, log }: { readonly clock: Clock; readonly log: Log }): KeepRecord {
  return async (event, write) => {
    try {
      await withDeadline(clock, write());
      return 'kept';
    } catch (error) {
      const refusal = toRelayError(error);
      if (refusal.retryable) return 'noAnswer';
      reportRefusedRecord(event, refusal, log);
      return 'refused';
    }
  };
}

/** Says that a record is lost, because storage, or the bus where it was to wait for storage, refuses it for good. */
export function reportRefusedRecord({ id }: Pick<RelayEvent, 'id'>, { code, message }: RelayError, log: Log): void {
  log.error('recordRefused', { eventId: id, code, reason: message });
  countRefusedRecord();
}

/** How long until a record that storage did not take is tried again: 30 s, then twice as long each time, at most an hour. */
export function recordDelayMs(tries: number): number {
  return Math.min(30_000 * 2 ** (tries - 1), 3_600_000);
}

/** The result of a first attempt, for the event's row. */
export function toResult({ attempt }: DeliveryEnd): DeliveryResult {
  const { redeliveryId: _redeliveryId, attempt: _attempt, moves: _moves, ...result } = attempt;
  return result;
}

/** The row of a delivery that was not `delivered` at its first attempt. */
export function toTroubledDelivery(
  { id, type, subject, account, sequence, timeMs }: RelayEvent,
  { attempt, response }: Pick<DeliveryEnd, 'attempt' | 'response'>,
): TroubledDelivery {
  return {
    ...attempt,
    event: { id, type, subject, account, timeMs, ...(sequence !== undefined && { sequence }) },
    ...(response !== undefined && { response }),
  };
}
