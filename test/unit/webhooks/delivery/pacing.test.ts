import { createNextFreeTime } from '../../../../shared/webhooks/delivery/pacing';
import { ratePerMinuteOf } from '../../../../shared/webhooks/subscriptions/subscription';
import { createFakeClock } from '../../../support/fakeClock';
import { sampleSubscription } from '../../../support/sampleSubscription';

test.each([
  [undefined, undefined, undefined],
  [60, undefined, 60],
  [undefined, 30, 30],
  [60, 30, 30],
  [20, 30, 20],
])('with %p of its own and %p granted the rate is %p', (maxPerMinute, allowedRatePerMinute, expected) => {
  const rate = {
    ...(maxPerMinute !== undefined && { maxPerMinute }),
    ...(allowedRatePerMinute !== undefined && { allowedRatePerMinute }),
  };
  expect(ratePerMinuteOf(sampleSubscription(rate))).toBe(expected);
});

function setUp() {
  const clock = createFakeClock();
  const asked: { id: string; count: number; answer: (times: number[]) => void; fail: (error: Error) => void }[] = [];
  const slots = {
    reserve: (id: string, _perMinute: number, count: number) =>
      new Promise<readonly number[]>((answer, fail) => asked.push({ id, count, answer, fail })),
  };
  return { asked, next: createNextFreeTime(slots, clock) };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

it('reserves for all that ask while a reservation is under way at once', async () => {
  const { asked, next } = setUp();
  const first = next({ id: 'sub_a' }, 60);
  await settle();
  const others = [next({ id: 'sub_a' }, 60), next({ id: 'sub_a' }, 60)];
  await settle();
  expect(asked.map(({ count }) => count)).toEqual([1]);
  asked[0]?.answer([10]);
  expect(await first).toBe(10);
  await settle();
  expect(asked.map(({ count }) => count)).toEqual([1, 2]);
  asked[1]?.answer([20, 30]);
  expect(await Promise.all(others)).toEqual([20, 30]);
});

it('does not mix subscriptions', async () => {
  const { asked, next } = setUp();
  void next({ id: 'sub_a' }, 60);
  void next({ id: 'sub_b' }, 60);
  await settle();
  expect(asked.map(({ id, count }) => `${id} ${String(count)}`)).toEqual(['sub_a 1', 'sub_b 1']);
});

it('asks again after a failure', async () => {
  const { asked, next } = setUp();
  const failing = next({ id: 'sub_a' }, 60);
  await settle();
  asked[0]?.fail(new Error('away'));
  await expect(failing).rejects.toThrow('away');
  const again = next({ id: 'sub_a' }, 60);
  await settle();
  asked[1]?.answer([40]);
  expect(await again).toBe(40);
});
