import type { CutWay } from '../../../../infra/local/ucwa/proxy/idleCut';
import { readHealth } from '../../../../shared/http/health/health';
import type { InvitationEvent } from '../../../../shared/invitations/events/relayEvent';
import { encodeSlotHealth, toAccountHealth } from '../../../../shared/relay/accountHealth';
import { slotOf } from '../../../../shared/relay/slots';
import { createFakeClock, type FakeClock } from '../../../support/fakeClock';
import { relayTo } from '../../../support/relayTo';
import { startTestSession, type TestSession } from '../../../support/ucwaSession';
import { listOf } from '../../../support/memoryAccountTable';
import { startTestUcwa, type TestUcwa } from '../../../support/ucwaSimulator';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const RING_MS = 30_000;
const CALL_MS = 5_000;
const SAMPLE_MS = 1_973; // In no step with anything.
const AFTER_CUT_MS = [1, 50, 400, 1_000, 2_000, 3_000, 3_990, 4_010, 6_000, 15_000];

let clock: FakeClock;
let ucwa: TestUcwa;
let test_: TestSession;

async function start(idleCut?: { readonly afterMs: number; readonly way: CutWay }): Promise<void> {
  clock = createFakeClock();
  ucwa = await startTestUcwa({ clock, idleCut });
  test_ = startTestSession(ucwa.url, { clock });
}
afterEach(async () => {
  await test_.close();
  await ucwa.close();
});

const isPolling = (): boolean =>
  ucwa.simulator.applications.all().some((application) => application.channel.hasPendingPoll);

/** What `/health` says of the account now. */
async function health(): Promise<{ readonly status?: string; readonly output?: unknown }> {
  const { sipUri } = test_.session.account;
  const row = {
    slot: slotOf(sipUri),
    owner: 'p',
    expiresAtMs: clock.now() + 10_000,
    health: encodeSlotHealth([toAccountHealth(sipUri, test_.session.health())]),
  };
  const { checks } = await readHealth({
    accounts: listOf(sipUri),
    leases: { read: () => Promise.resolve([row]) },
    subscribers: () => Promise.resolve([]),
    azure: () => Promise.resolve({ bus: [], tables: { problems: [] } }),
    nowMs: clock.now(),
  });
  return checks?.[`account:${sipUri}`]?.[0] ?? {};
}

const ways: readonly CutWay[] = ['reset', '502', '504'];
const table = [20_000, 35_000, 85_000].flatMap((afterMs) => ways.map((way) => [afterMs / 1000, way] as const));

test.each([...table, [35, 'close'] as const, [35, '408'] as const])(
  'an hour behind a proxy that cuts polls after %s s with %s: every ring is fresh, and no poll is missing',
  async (seconds, way) => {
    await start({ afterMs: seconds * 1000, way });
    const relay = relayTo(test_.session, clock);
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    const beganMs = clock.now();
    const rings: number[] = [];
    let [samples, deaf] = [0, 0];
    // Quiet for 19 minutes, then a ring at each of these moments after a cut; the end of the call begins the next poll.
    let ringAtMs = beganMs + 19 * MINUTE_MS;
    while (clock.now() - beganMs < HOUR_MS) {
      await clock.advance(Math.min(SAMPLE_MS, ringAtMs - clock.now()));
      samples += 1;
      if (!isPolling()) deaf += 1;
      if (clock.now() < ringAtMs) continue;
      ucwa.ring({ scenario: 'missed', ringSeconds: CALL_MS / 1000 });
      ringAtMs += CALL_MS + seconds * 1000 + (AFTER_CUT_MS[rings.length % AFTER_CUT_MS.length] ?? 0);
      rings.push(clock.now());
      await clock.advance(0);
    }
    await relay.stop();

    const started = relay.published.filter(({ event }) => event.type.endsWith('.started'));
    const latencies = started.map(({ atMs }, index) => atMs - (rings[index] ?? 0)).sort((one, other) => one - other);
    const left = started.map(({ event }, index) => expiryOf(event) - (rings[index] ?? 0));
    const failures = test_.lines.filter(({ event }) => event === 'ucwaChannelFailed').length;
    const p99 = latencies[Math.ceil(latencies.length * 0.99) - 1];
    const signIns = ucwa.simulator.ledger.tokenRequests.length;
    process.stdout.write(
      `cut after ${String(seconds)} s with ${way}: ${String(rings.length)} rings, ring to bus p99 ${String(p99)} ms, ` +
        `expirytime ${String(Math.min(...left) / 1000)} to ${String(Math.max(...left) / 1000)} s after the ring, ` +
        `deaf ${((100 * deaf) / samples).toFixed(1)} %, ${String(failures)} failures, ${String(signIns)} sign-in\n`,
    );
    expect(rings.length).toBeGreaterThan(20);
    expect(started).toHaveLength(rings.length);
    expect(p99).toBeLessThanOrEqual(300);
    // Never later than the end of the ringing, and at most five seconds earlier: webhooks still send it.
    expect(Math.min(...left)).toBeGreaterThanOrEqual(RING_MS - 5_000);
    expect(Math.max(...left)).toBeLessThanOrEqual(RING_MS);
    expect(started.filter(({ event }) => event.data.delayed === true)).toEqual([]);
    expect({ deaf, failures, signIns }).toEqual({ deaf: 0, failures: 0, signIns: 1 });
    expect(await health()).toMatchObject({
      status: 'pass',
      output: expect.stringContaining(`cut after ${String(seconds)} s`) as string,
    });
  },
);

test('a proxy whose pool is gone is a failure: the account fails within three minutes, and passes again with the pool', async () => {
  await start({ afterMs: 60_000, way: '504' });
  const relay = relayTo(test_.session, clock);
  await clock.advanceUntil(ucwa.simulator.whenPolling());
  await clock.advance(19 * MINUTE_MS);
  expect(await health()).toMatchObject({ status: 'pass' });
  ucwa.fault({ kind: 'poolUnreachable', times: 100_000 });
  const goneAtMs = clock.now();
  while ((await health()).status !== 'fail' && clock.now() - goneAtMs < 10 * MINUTE_MS) await clock.advance(1_000);
  const failedAfterMs = clock.now() - goneAtMs;
  process.stdout.write(`pool gone behind a proxy: fail after ${String(failedAfterMs / 1000)} s\n`);
  expect(failedAfterMs).toBeLessThanOrEqual(3 * MINUTE_MS);

  for (let minute = 0; minute < 5; minute += 1) {
    await clock.advance(MINUTE_MS);
    expect(await health()).toMatchObject({ status: 'fail' });
  }
  const rangAtMs = clock.now();
  ucwa.ring({ scenario: 'missed', ringSeconds: 600 });
  await clock.advance(20_000);
  ucwa.simulator.faults.clear();
  await clock.advance(2 * MINUTE_MS);
  const [first] = relay.published.filter(({ event }) => event.type.endsWith('.started'));
  expect(first?.event.data.delayed).toBe(true);
  expect(expiryOf(first?.event)).toBeLessThanOrEqual(rangAtMs + RING_MS);
  expect(await health()).toMatchObject({ status: 'pass' });
  await relay.stop();
});

test.each(['reset', '504'] as const)(
  'a poll that is cut by %s within four seconds is a failure, whatever else the pool responds to',
  async (way) => {
    await start({ afterMs: 3_900, way });
    const listening = test_.listen();
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    await clock.advance(MINUTE_MS);
    expect(test_.lines.filter(({ event }) => event === 'ucwaChannelFailed').length).toBeGreaterThan(3);
    await listening.stop();
  },
);

test('a ring that came while its poll was being cut is taken from the next, and is as old as the cut at most', async () => {
  await start({ afterMs: 20_000, way: 'reset' });
  const relay = relayTo(test_.session, clock);
  await clock.advanceUntil(ucwa.simulator.whenPolling());
  await clock.advance(10 * MINUTE_MS);
  ucwa.fault({ kind: 'resetBeforeBody' });
  const rangAtMs = clock.now();
  ucwa.ring({ scenario: 'missed' });
  await clock.advance(1_000);
  const [event] = relay.published.map((one) => one.event);
  expect(expiryOf(event)).toBe(rangAtMs + RING_MS - 500);
  await relay.stop();
});

function expiryOf(event: InvitationEvent | undefined): number {
  return event?.expiryTimeMs ?? NaN;
}
