import { changesRow, RECORD_LAG_MS, toEnd, type Delivery } from '../../../../shared/webhooks/delivery/deliveryEnd';
import { sampleInvitationEvent } from '../../../support/sampleEvents';

const delivery: Delivery = {
  event: sampleInvitationEvent(1),
  subscription: { id: 'sub_a' },
  attempt: 1,
  moves: 0,
  dueOnRecordMs: 0,
};

/** Moves the delivery so many times; returns the times that were written, and how far the record was behind at most. */
function move(times: number, waitMs: number) {
  let [next, nowMs, onRecordMs, behindMs]: [Delivery, number, number, number] = [delivery, 0, 0, 0];
  const written: number[] = [];
  for (let moves = 0; moves < times; moves += 1) {
    const atMs = nowMs + waitMs;
    const end = toEnd(next, { step: 'move', atMs, reason: 'its circuit is open' }, nowMs);
    if (changesRow(end)) written.push((onRecordMs = atMs));
    behindMs = Math.max(behindMs, atMs - onRecordMs);
    [next, nowMs] = [{ ...delivery, ...end.next?.message }, atMs];
  }
  return { written, behindMs };
}

it.each([
  [10, 30_000, []],
  [11, 30_000, [330_000]],
  [30, 35_000, [315_000, 630_000, 945_000]],
  [3, RECORD_LAG_MS + 1, [300_001, 600_002, 900_003]],
])('after %i moves of %i ms the times %p were written, none five minutes late', (times, waitMs, expected) => {
  const { written, behindMs } = move(times, waitMs);
  expect(written).toEqual(expected);
  expect(behindMs).toBeLessThanOrEqual(RECORD_LAG_MS);
});

it('says with each attempt and each end how the delivery stands', () => {
  const made = { durationMs: 1 };
  const retry = toEnd(delivery, { step: 'retry', atMs: 1_000, reason: 'responded 500' }, 0, made);
  expect([changesRow(retry), retry.next?.message.dueOnRecordMs]).toEqual([true, 1_000]);
  expect(changesRow(toEnd(delivery, { step: 'expired', reason: 'the ring is over', isLost: false }, 0))).toBe(true);
});
