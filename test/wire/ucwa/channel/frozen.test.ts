import { createStallMonitor } from '../../../../shared/ucwa/channel/stallMonitor';
import { createFakeClock } from '../../../support/fakeClock';
import { relayTo } from '../../../support/relayTo';
import { startTestSession } from '../../../support/ucwaSession';
import { startTestUcwa } from '../../../support/ucwaSimulator';

const RING_MS = 30_000;
/** The heartbeat’s period: a ring may be taken for as much older. */
const BEAT_MS = 250;

test.each([
  [28, true],
  [8, true],
  [2, undefined],
  [0, undefined],
])(
  'a ring that lay in the socket while the process stood still for %s s is published as old as it is',
  async (frozenSeconds, delayed) => {
    const clock = createFakeClock();
    const ucwa = await startTestUcwa({ clock });
    const stalls = createStallMonitor(clock);
    const test_ = startTestSession(ucwa.url, { clock, stalls });
    const relay = relayTo(test_.session, clock);
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    await clock.advance(60_000);

    // The response is on its way when the process stops, and is read when it goes on.
    const rangAtMs = clock.now();
    ucwa.ring();
    await clock.stall(frozenSeconds * 1000);
    await clock.advance(100);

    const [started] = relay.published.filter(({ event }) => event.type.endsWith('.started'));
    const ringsUntilMs = rangAtMs + RING_MS;
    process.stdout.write(
      `frozen for ${String(frozenSeconds)} s: published ${String((started?.atMs ?? NaN) - rangAtMs)} ms after the ring, ` +
        `expirytime ${String(((started?.event.expiryTimeMs ?? NaN) - rangAtMs) / 1000)} s after it, ` +
        `delayed ${String(started?.event.data.delayed)}\n`,
    );
    expect(started?.event.data.delayed).toBe(delayed);
    expect(started?.event.expiryTimeMs).toBeLessThanOrEqual(ringsUntilMs);
    expect(started?.event.expiryTimeMs).toBeGreaterThanOrEqual(ringsUntilMs - BEAT_MS);
    await relay.stop();
    stalls.close();
    await test_.close();
    await ucwa.close();
  },
);
