import type { Clock } from '../../clock';
import type { CallRecord, CallRecords } from '../../invitations/record/callRecords';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import { settlesBy, withDeadline } from '../../withDeadline';
import type { DeliveryEnd } from './deliveryEnd';
import { toResult, type KeepRecord, type Kept } from './keepRecord';
import { isAheadOfPredecessor, isCallEnd, isCallStart, isRing } from './lateSnapshot';

export interface EventRowPorts {
  readonly records: Pick<CallRecords, 'insertEvent' | 'readEvents'>;
  readonly keepRecord: KeepRecord;
  readonly clock: Clock;
}

/** What became of an event's row. */
export interface InsertedRow {
  readonly kept: Kept;
  /** Whether it has the results of the first attempts already. */
  readonly withResults: boolean;
}

/**
 * For so long the row waits for the results of the first attempts: one write for the two. Consoles and late attempts learn of the
 * event by it.
 */
const RESULTS_WAIT_MS = 50;
/** Events of one UCWA response come from the bus at about the same time, in either order. */
const BATCH_WAIT_MS = 10;
/** How long an event waits for the one before it, which another process may be handling. */
const PREDECESSOR_WAIT_MS = 250;

/**
 * Whether an event's row may wait for its results. By the row another process that handles the next event of the call waits for
 * this one; without the row of a start it waits too, and after an end nothing comes. Pure.
 * @param hasEarlier that this process has handled an earlier event of the call
 */
export function mayWaitForResults(event: RelayEvent, hasEarlier: boolean): boolean {
  return isCallStart(event) || (hasEarlier && isCallEnd(event));
}

/** Inserts the event's row, with the results of the first attempts where these, `ending`, are over within 50 ms. Never rejects. */
export async function insertEventRow(
  record: CallRecord,
  { records, keepRecord, clock }: EventRowPorts,
  ending?: Promise<readonly DeliveryEnd[]>,
): Promise<InsertedRow> {
  const ends = ending?.catch(() => undefined);
  const isOver = ends !== undefined && (await settlesBy(clock, ends, clock.now() + RESULTS_WAIT_MS));
  const results = isOver ? (await ends)?.map(toResult) : undefined;
  const whole = results === undefined ? record : { ...record, results };
  return { kept: await keepRecord(record.event, () => records.insertEvent(whole)), withResults: results !== undefined };
}

/**
 * Lets earlier events of the call come first: a call's first event waits for nothing, one whose call this process knows a moment for
 * what the bus handed over with it, and any other, whose row is `inserting`, for what another process may be handling. Never rejects.
 */
export async function waitForEarlier(
  event: RelayEvent,
  hasEarlier: boolean,
  inserting: Promise<InsertedRow> | undefined,
  { records, clock }: EventRowPorts,
): Promise<void> {
  if (isCallStart(event)) return;
  if (hasEarlier) return clock.sleep(BATCH_WAIT_MS);
  if ((await inserting)?.kept === 'noAnswer' || !(isRing(event) || isCallEnd(event))) return;
  const events = await withDeadline(clock, records.readEvents(event.subject)).catch(() => []);
  if (isAheadOfPredecessor(event, events)) await clock.sleep(PREDECESSOR_WAIT_MS);
}
