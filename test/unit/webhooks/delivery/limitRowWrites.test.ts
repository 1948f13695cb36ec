import { limitRowWrites } from '../../../../shared/webhooks/delivery/limitRowWrites';
import type { TroubledDelivery } from '../../../../shared/invitations/record/callRecords';
import { createFakeClock } from '../../../support/fakeClock';
import { createMemoryCallRecords } from '../../../support/memoryCallRecords';
import { sampleInvitationEvent } from '../../../support/sampleEvents';

const event = sampleInvitationEvent();
const attempt = {
  subscriptionId: 'sub_a',
  outcome: 'retrying',
  attempted: true,
  durationMs: 1,
  moves: 0,
  atMs: 1,
} as const;
const deliveryOf = (number: number): TroubledDelivery => ({ ...attempt, attempt: number, event });

function setUp() {
  const clock = createFakeClock();
  const under: { readonly number: number; readonly end: () => void }[] = [];
  const begin = ({ attempt: number }: { readonly attempt: number }): Promise<void> =>
    new Promise((resolve) => under.push({ number, end: resolve }));
  const records = limitRowWrites(
    { ...createMemoryCallRecords(), writeDelivery: begin, writeAttempt: (_event, one) => begin(one) },
    clock,
  );
  return { clock, records, under, begun: () => under.map(({ number }) => number) };
}

it('begins sixteen rows at a time, of both kinds, and the others in their order', async () => {
  const { clock, records, under, begun } = setUp();
  const writes = Array.from({ length: 18 }, (_, n) =>
    n % 2 === 0 ? records.writeDelivery(deliveryOf(n)) : records.writeAttempt(event, { ...attempt, attempt: n }),
  );
  await Promise.resolve();
  expect(begun()).toHaveLength(16);
  under[3]?.end();
  await clock.advance(0);
  expect(begun().slice(16)).toEqual([16]);
  for (let index = 0; index < 18; index += 1) {
    under[index]?.end();
    await clock.advance(0);
  }
  await Promise.all(writes);
  expect(begun()).toHaveLength(18);
});

it('does not begin a row whose turn does not come within a second', async () => {
  const { clock, records, under, begun } = setUp();
  for (let n = 0; n < 16; n += 1) void records.writeDelivery(deliveryOf(n));
  const late = expect(records.writeDelivery(deliveryOf(16))).rejects.toMatchObject({ code: 'storageUnavailable' });
  await clock.advance(1_000);
  await late;
  under[0]?.end();
  void records.writeDelivery(deliveryOf(17));
  await clock.advance(0);
  expect(begun().slice(16)).toEqual([17]);
});

it('lets the record of an event pass', async () => {
  const { records } = setUp();
  for (let n = 0; n < 40; n += 1) void records.writeDelivery(deliveryOf(n)).catch(() => undefined);
  expect(await records.insertEvent({ event, recordedAtMs: 1 })).toBe(true);
});
