import { RelayError } from '../../../shared/errors/relayError';
import type { ErrorCode } from '../../../shared/errors/errorTable';
import { runAccount } from '../../../shared/relay/runAccount';
import { createMemoryCalls } from '../../support/memoryCalls';
import { createFakeClock } from '../../support/fakeClock';
import { createRecordingLog } from '../../support/recordingLog';
import { createRestingSession, testAccount } from '../../support/restingSession';

/** When the channel of an account was opened, in seconds, where each time it ends at once with this error; for an hour. */
async function triesOf(code: ErrorCode, retryAfterMs?: number) {
  const clock = createFakeClock();
  const log = createRecordingLog();
  const stop = new AbortController();
  const triedAt: number[] = [];
  const session = {
    ...createRestingSession(testAccount(), { opened() {}, closed() {} }),
    async *packages() {
      await Promise.resolve();
      triedAt.push(clock.monotonicMs() / 1000);
      throw new RelayError(code, 'It does not work.', retryAfterMs === undefined ? {} : { retryAfterMs });
    },
  };
  const ports = {
    publisher: {
      publish: () => Promise.resolve(),
      sendUnreadable: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    invitationIdOf: () => 'id',
    referenceOf: () => undefined,
    kinds: ['audioVideo'] as const,
    includeSdp: false,
    contactDetails: false,
    calls: createMemoryCalls(),
    clock,
    random: () => 0.5,
    log,
  };
  const ended = runAccount(session, {}, () => Promise.resolve(), ports, stop.signal);
  await clock.advance(3_600_000);
  stop.abort();
  await ended;
  const errors = log.lines.filter(({ level, event }) => level === 'error' && event === 'accountDisconnected').length;
  return { triedAt, errors };
}

const waits = (triedAt: readonly number[]): number[] => triedAt.slice(1).map((at, index) => at - (triedAt[index] ?? 0));

test('a poll that another replaced is sent again after a few seconds, growing, never more than fifteen', async () => {
  const { triedAt, errors } = await triesOf('pollReplaced');
  expect(waits(triedAt).slice(0, 5)).toEqual([3, 4, 6, 8, 8]);
  expect(Math.max(...waits(triedAt))).toBeLessThan(15);
  expect(errors).toBe(1);
});

test('an account that is refused for good is tried again every fifteen minutes, and reported once', async () => {
  const { triedAt, errors } = await triesOf('accountRefused', 900_000);
  expect(waits(triedAt)).toEqual([900, 900, 900, 900]);
  expect(errors).toBe(1);
});

test('other ends of a channel are tried again every minute', async () => {
  expect(new Set(waits((await triesOf('credentialsRejected', 3_600_000)).triedAt))).toEqual(new Set([60]));
});
