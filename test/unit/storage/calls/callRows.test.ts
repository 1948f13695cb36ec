import {
  fromAttemptRow,
  fromEventRow,
  LATER,
  rowsOf,
  toAttemptRow,
  toEventRow,
  toResultsRow,
} from '../../../../shared/storage/calls/callRows';
import { toEventKey } from '../../../../shared/invitations/record/eventKey';
import { attemptOf, recorded } from '../../../contract/callRecords';
import { sampleInvitationEvent } from '../../../support/sampleEvents';

const event = sampleInvitationEvent(1);
const { partition, row } = toEventKey(event);
const results = [{ subscriptionId: 'sub_a', outcome: 'delivered', attempted: true, durationMs: 8, atMs: 9 }] as const;

test('the row of an event is in the partition of its call, and is read as it was written', () => {
  const written = toEventRow(recorded(event, { results }));
  expect(written).toMatchObject({ partitionKey: partition, rowKey: row });
  expect(fromEventRow(written)).toEqual(recorded(event, { results }));
});

test('results that are merged into the row of their event are read with it', () => {
  const merged = { ...toEventRow(recorded(event)), ...toResultsRow(event, results) };
  expect(fromEventRow(merged)).toEqual(recorded(event, { results }));
});

test('a later attempt has a row of its own, which sorts by attempt and move', () => {
  const written = toAttemptRow(event, attemptOf());
  expect(fromAttemptRow(written)).toEqual({ ...attemptOf(), eventId: event.id });
  expect(written).toMatchObject({ partitionKey: partition, rowKey: `${LATER}${row}.sub_b.first.0002.0000` });
  const again = toAttemptRow(event, attemptOf({ redeliveryId: 'again', attempt: 10, moves: 3 }));
  expect(again.rowKey).toBe(`${LATER}${row}.sub_b.again.0010.0003`);
});

test('rows that are none of ours are refused', () => {
  const keys = { partitionKey: partition, rowKey: row };
  const body0 = JSON.stringify({ ...attemptOf({ attempt: 0 }), eventId: 'e' });
  expect(() => fromEventRow({ ...keys, body0: '{"event":{}}' })).toThrow();
  expect(() => fromAttemptRow({ ...keys, body0 })).toThrow();
});

test('the rows of a call that begin with a text are found by their keys', () => {
  expect(rowsOf('a1', 'event.')).toBe("PartitionKey eq 'a1' and RowKey ge 'event.' and RowKey lt 'event.~'");
});
