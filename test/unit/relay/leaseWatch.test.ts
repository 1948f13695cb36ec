import { createLeaseWatch } from '../../../shared/relay/leaseWatch';
import { LEASE_DURATION_MS } from '../../../shared/relay/slots';
import { createFakeClock } from '../../support/fakeClock';

const AHEAD_MS = 1_800_000;

function world() {
  const clock = createFakeClock();
  const watch = createLeaseWatch(clock);
  const row = (etag: string, endsInMs: number) => ({
    slot: 3,
    owner: 'other',
    etag,
    expiresAtMs: clock.now() + endsInMs,
  });
  return { clock, row, isLapsed: (one: ReturnType<typeof row>) => watch.judge([one], clock.now())[0] !== one };
}

test('a lease that ends too far in the future has lapsed when nobody renews it', async () => {
  const { clock, row, isLapsed } = world();
  const left = row('1', AHEAD_MS + LEASE_DURATION_MS);
  expect(isLapsed(left)).toBe(false);
  await clock.advance(6_000);
  expect(isLapsed(left)).toBe(false);
  await clock.advance(1_000);
  expect(isLapsed(left)).toBe(true);
});

test('while its owner lives and renews it, a lease is the owner’s, however wrong the clock', async () => {
  const { clock, row, isLapsed } = world();
  for (let renewal = 0; renewal < 10; renewal += 1) {
    expect(isLapsed(row(String(renewal), AHEAD_MS + LEASE_DURATION_MS))).toBe(false);
    await clock.advance(3_000);
  }
});

test('a lease as long as leases are is not looked into', async () => {
  const { clock, row, isLapsed } = world();
  const held = row('1', LEASE_DURATION_MS + 4_000);
  expect(isLapsed(held)).toBe(false);
  await clock.advance(8_000);
  expect(isLapsed(held)).toBe(false);
});
