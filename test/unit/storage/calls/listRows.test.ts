import { accountKey } from '../../../../shared/invitations/invitationId';
import { toEventKey } from '../../../../shared/invitations/record/eventKey';
import {
  ACCOUNT_ROW_KEY,
  fromListItem,
  minutesBefore,
  parseFeedRowKey,
  recordedBefore,
  recordedSince,
  recordedUntil,
  toAccountRow,
  toFeedRow,
  toFeedRowKey,
} from '../../../../shared/storage/calls/listRows';
import { sampleGapEvent, sampleInvitationEvent } from '../../../support/sampleEvents';

const event = sampleInvitationEvent(1);
const recordedAtMs = event.timeMs + 9;

test('a row of the feed shows the event, and its key names it', () => {
  const row = toFeedRow({ event, recordedAtMs, startedAtMs: event.timeMs });
  expect(row).toMatchObject({ rowKey: toFeedRowKey(event, recordedAtMs), account: accountKey(event.account) });
  expect(row['happened']).toBe('started');
  expect(fromListItem(row)).toEqual({ event, startedAtMs: event.timeMs });
  expect(parseFeedRowKey(row.rowKey)).toEqual({ recordedAtMs, event: toEventKey(event) });
});

test('a gap is in the feed too', () => {
  const gap = sampleGapEvent();
  const row = toFeedRow({ event: gap, recordedAtMs });
  expect(row).not.toHaveProperty('happened');
  expect(parseFeedRowKey(row.rowKey)?.event).toEqual(toEventKey(gap));
});

test('what is no key of the feed is none', () => {
  expect(parseFeedRowKey('7')).toBeUndefined();
  expect(parseFeedRowKey(`${toFeedRowKey(event, recordedAtMs)}.more`)).toBeUndefined();
});

test('an event that is too large for a list is shown without its largest parts, else without its data', () => {
  const large = { ...event, data: { ...event.data, subject: 'x'.repeat(5_000) } };
  const shown = fromListItem(toFeedRow({ event: large, recordedAtMs })).event;
  expect(shown.data).toMatchObject({ invitationId: event.data.invitationId, omitted: ['subject'] });
  const other = { ...sampleGapEvent(), data: { text: 'x'.repeat(5_000) } };
  expect(fromListItem(toFeedRow({ event: other, recordedAtMs })).event).toEqual({ ...other, data: {} });
});

test('a call has a row in the list of its account, by the time at which it began', () => {
  const row = toAccountRow({ event, recordedAtMs, startedAtMs: event.timeMs });
  expect(row.partitionKey).toBe(accountKey(event.account));
  expect(row.rowKey).toMatch(ACCOUNT_ROW_KEY);
  const later = toAccountRow({ event, recordedAtMs, startedAtMs: event.timeMs + 1 });
  expect(later.rowKey < row.rowKey).toBe(true);
});

/** Whether a row passes a filter of comparisons of its two keys, as the table service compares them. */
function passes(filter: string, { partitionKey, rowKey }: { readonly partitionKey: string; readonly rowKey: string }) {
  return filter.split(' and ').every((comparison) => {
    const [name, operator, literal = ''] = comparison.split(' ');
    const [key, bound] = [name === 'PartitionKey' ? partitionKey : rowKey, literal.slice(1, -1)];
    return operator === 'le'
      ? key <= bound
      : operator === 'lt'
        ? key < bound
        : operator === 'ge'
          ? key >= bound
          : key > bound;
  });
}

test('the filters find the rows of their times', () => {
  const atMs = Date.UTC(2026, 0, 15, 12, 0, 30);
  const rows = [atMs - 60_000, atMs - 1, atMs, atMs + 1, atMs + 60_000].map((ms) =>
    toFeedRow({ event, recordedAtMs: ms }),
  );
  const found = (filter: string) => rows.map((row) => passes(filter, row));
  expect(found(recordedSince(atMs))).toEqual([false, false, true, true, true]);
  expect(found(recordedUntil(atMs))).toEqual([true, true, true, false, false]);
  expect(found(recordedBefore(toFeedRowKey(event, atMs)))).toEqual([true, true, false, false, false]);
  expect(found(minutesBefore(atMs))).toEqual([true, false, false, false, false]);
});
