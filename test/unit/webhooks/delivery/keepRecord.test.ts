import { RelayError } from '../../../../shared/errors/relayError';
import {
  createKeepRecord,
  recordDelayMs,
  toResult,
  toTroubledDelivery,
} from '../../../../shared/webhooks/delivery/keepRecord';
import { createFakeClock } from '../../../support/fakeClock';
import { createRecordingLog } from '../../../support/recordingLog';
import { sampleInvitationEvent } from '../../../support/sampleEvents';

const event = sampleInvitationEvent();
const never = new Promise<never>(() => undefined);

it.each([
  ['kept', () => Promise.resolve(true), 0],
  ['noAnswer', () => never, 0],
  ['noAnswer', () => Promise.reject(new RelayError('storageUnavailable', 'away')), 0],
  ['refused', () => Promise.reject(new RelayError('storageRefused', 'too large')), 1],
] as const)('is %s, and logged only when it is refused', async (expected, write, lines) => {
  const [clock, log] = [createFakeClock(), createRecordingLog()];
  expect(await clock.advanceUntil(createKeepRecord({ clock, log })(event, write))).toBe(expected);
  expect(log.lines).toHaveLength(lines);
});

it.each([
  [1, 30],
  [2, 60],
  [3, 120],
  [8, 3_600],
  [50, 3_600],
])('is tried again for the %i. time after %i s', (tries, seconds) =>
  expect(recordDelayMs(tries)).toBe(seconds * 1_000),
);

it('keeps of an end what its row holds', () => {
  const result = { subscriptionId: 'sub_a', outcome: 'retrying', attempted: true, durationMs: 3, nextAtMs: 9 } as const;
  const end = { attempt: { ...result, attempt: 1, moves: 0, atMs: 5 }, response: 'body', isLost: false };
  expect(toResult(end)).toEqual({ ...result, atMs: 5 });
  const { id, type, subject, account, sequence, timeMs } = event;
  expect(toTroubledDelivery(event, end)).toEqual({
    ...end.attempt,
    response: 'body',
    event: { id, type, subject, account, sequence, timeMs },
  });
});
