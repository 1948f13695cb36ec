import { createKeepRecord, createKeepRow } from '../../../../shared/webhooks/delivery/keepRecord';
import { createFakeClock } from '../../../support/fakeClock';
import { createRecordingLog } from '../../../support/recordingLog';
import { sampleInvitationEvent } from '../../../support/sampleEvents';

function setUp() {
  const clock = createFakeClock();
  const begun: { readonly number: number; readonly end: () => void }[] = [];
  const keepRow = createKeepRow(createKeepRecord({ clock, log: createRecordingLog() }), clock);
  const keep = (number: number, waitMs = 60_000) =>
    keepRow(
      sampleInvitationEvent(),
      () => new Promise<void>((resolve) => begun.push({ number, end: resolve })),
      clock.now() + waitMs,
    );
  return { clock, begun, keep };
}

it('writes sixteen rows at a time, the others in their order', async () => {
  const { clock, begun, keep } = setUp();
  const rows = Array.from({ length: 18 }, (_, number) => keep(number));
  await clock.advance(0);
  expect(begun).toHaveLength(16);
  begun[3]?.end();
  await clock.advance(0);
  expect(begun.slice(16)).toMatchObject([{ number: 16 }]);
  begun[5]?.end();
  await clock.advance(0);
  for (const { end } of begun) end();
  expect(await Promise.all(rows)).toEqual(Array(18).fill('kept'));
});

it('gives a row up whose turn does not come in time, and the turn to the next', async () => {
  const { clock, begun, keep } = setUp();
  for (let number = 0; number < 16; number += 1) void keep(number);
  const late = keep(16, 500);
  await clock.advance(500);
  expect(await late).toBe('noAnswer');
  void keep(17);
  begun[0]?.end();
  await clock.advance(0);
  expect(begun.slice(16)).toMatchObject([{ number: 17 }]);
});

it('gives the turn of a row that storage does not answer to the next after a second', async () => {
  const { clock, begun, keep } = setUp();
  const rows = Array.from({ length: 17 }, (_, number) => keep(number));
  await clock.advance(1_000);
  expect(await rows[0]).toBe('noAnswer');
  expect(begun.slice(16)).toMatchObject([{ number: 16 }]);
});
