import fc from 'fast-check';
import type { RelayEvent } from '../../../../shared/invitations/events/relayEvent';
import {
  parseDeliveryId,
  TIMED_EVENT_KEY,
  toDeliveryId,
  toEventKey,
} from '../../../../shared/invitations/record/eventKey';
import { cursorSchema } from '../../../../shared/http/cursorSchema';
import { CALL_ROW_KEY, toAttemptRow } from '../../../../shared/storage/calls/callRows';
import { toDeliveryRowKey } from '../../../../shared/storage/calls/deliveryRows';
import { GAP_ROW_KEY } from '../../../../shared/storage/calls/gaps';
import {
  ACCOUNT_ROW_KEY,
  parseFeedRowKey,
  toAccountRowKey,
  toFeedRowKey,
} from '../../../../shared/storage/calls/listRows';
import { encodeCursor, parseCursor } from '../../../../shared/storage/cursor';
import { attemptOf } from '../../../contract/callRecords';
import { sampleInvitationEvent } from '../../../support/sampleEvents';

/** Ids of any kind: as the relay makes them, of 200 characters and longer, and with characters that no key may hold. */
const text = fc.oneof(
  fc.stringMatching(/^[\w-]{1,60}$/),
  fc.stringMatching(/^[\w-]{199,201}$/),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '~', '%2F', "'", '..', 'a.b', 'later.event.1.2', 'ü'),
);
const timeMs = fc.oneof(
  fc.integer({ min: 0, max: 9_999_999_999_999 }),
  fc.constantFrom(-1, 0.5, 10_000_000_000_000, Number.MAX_SAFE_INTEGER),
);

const types = ['ucwa.command.settled', 'ucwa.call.context', 'ucwa.channel.gap', 'ucwa.audioVideoInvitation.started'];

const events: fc.Arbitrary<RelayEvent> = fc
  .record({ type: fc.constantFrom(...types), id: text, subject: text, sequence: fc.option(text), timeMs })
  .map(({ sequence, ...rest }) => {
    const { sequence: _sequence, ...event } = sampleInvitationEvent();
    return { ...event, ...rest, ...(sequence !== null && { sequence }) };
  });

const longest = {
  ...sampleInvitationEvent(),
  id: 'i'.repeat(200),
  subject: 's'.repeat(200),
  sequence: '7'.repeat(200),
};

/** Whether a cursor with this key leads back to it. */
function expectCursor(key: string, pattern: RegExp): void {
  const cursor = encodeCursor(key);
  expect(cursorSchema.parse(cursor)).toBe(cursor);
  expect(parseCursor(cursor, pattern)).toBe(key);
}

test('a list goes on after a page that ends at any row', () => {
  fc.assert(
    fc.property(events, timeMs, text, fc.option(text), (event, recordedAtMs, subscriptionId, redeliveryId) => {
      expectCursor(toEventKey(event).row, CALL_ROW_KEY);
      const attempt = attemptOf({ subscriptionId, ...(redeliveryId !== null && { redeliveryId }) });
      expectCursor(toAttemptRow(event, attempt).rowKey, CALL_ROW_KEY);
      if (event.type === 'ucwa.channel.gap') expectCursor(toEventKey(event).row, GAP_ROW_KEY);
      expectCursor(toDeliveryRowKey(event), TIMED_EVENT_KEY);
      expectCursor(toFeedRowKey(event, recordedAtMs), TIMED_EVENT_KEY);
      expectCursor(toAccountRowKey(event.subject, recordedAtMs), ACCOUNT_ROW_KEY);
    }),
    { examples: [[{ ...longest, type: 'ucwa.call.context' }, 0, longest.id, longest.id]] },
  );
});

test('a delivery id and a key of the feed lead back to the event', () => {
  fc.assert(
    fc.property(events, timeMs, (event, recordedAtMs) => {
      expect(toDeliveryId(event).length).toBeLessThanOrEqual(620);
      expect(parseDeliveryId(toDeliveryId(event))).toEqual(toEventKey(event));
      expect(parseFeedRowKey(toFeedRowKey(event, recordedAtMs))?.event).toEqual(toEventKey(event));
    }),
  );
});
