import type { Clock } from '../../clock';
import { toRelayError, type RelayError } from '../../errors/relayError';
import type { TroubledDelivery } from '../../invitations/record/callRecords';
import type { DeliveryResult } from '../../invitations/record/deliveryResult';
import { invitationIdOf, type RelayEvent } from '../../invitations/events/relayEvent';
import type { Log } from '../../telemetry/log';
import { countRefusedRecord } from '../../telemetry/metrics';
import type { DeliveryEnd } from './deliveryEnd';
import { withDeadline } from '../../withDeadline';
import { createLimit } from './concurrency';

/** `noAnswer`: to be tried again later. `refused`: storage will never take it; it was logged and is not tried again. */
export type Kept = 'kept' | 'noAnswer' | 'refused';

/** What a log line needs to name an event. */
export type NamedEvent = Pick<RelayEvent, 'id' | 'type' | 'account' | 'subject'>;

/** One write of a record, at most a second long. Never rejects. */
export type KeepRecord = (event: NamedEvent, write: () => Promise<unknown>) => Promise<Kept>;

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

/**
 * As KeepRecord, for the rows of single deliveries, of which one event may have hundreds. They are written some at a time in a process:
 * what a ring waits for, the record of its event, does not queue behind them. Resolves to `noAnswer` for a row whose turn does
 * not come by `untilMs` (milliseconds since the epoch).
 */
export type KeepRow = (event: NamedEvent, write: () => Promise<unknown>, untilMs: number) => Promise<Kept>;

export function createKeepRow(keepRecord: KeepRecord, clock: Clock): KeepRow {
  const limit = createLimit(clock);
  return async (event, write, untilMs) => (await limit(() => keepRecord(event, write), untilMs)) ?? 'noAnswer';
}

/** Says that a record is lost, because storage, or the bus where it was to wait for storage, refuses it for good. */
export function reportRefusedRecord(event: NamedEvent, { code, message }: RelayError, log: Log): void {
  log.error('recordRefused', { eventId: event.id, invitationId: invitationIdOf(event), code, reason: message });
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
