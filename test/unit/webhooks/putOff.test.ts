import { putOffUntilMs } from '../../../shared/webhooks/putOff';
import type { Refusal } from '../../../shared/webhooks/subscriberGate';

const ring = { id: 'e', type: 't', subject: 'call', timeMs: 0, expiryTimeMs: 30_000 };
const { expiryTimeMs: _expiryTimeMs, ...end } = ring;

interface Case extends Partial<Pick<Refusal, 'why' | 'failingMs'>> {
  readonly random?: number;
}
const waits = (event: typeof end, { random = 0.5, ...refusal }: Case = {}) =>
  Array.from({ length: 13 }, (_, deferrals) => putOffUntilMs({ admitted: false, why: 'throttled', untilMs: 0, ...refusal }, { event, deferrals }, random) / 1000);
const soon = [0.5, 1, 2, 4, 8, 8, 8, 8, 8, 8, 8, 8, 8];

describe('a message whose subscriber takes nothing now', () => {
  it('comes back soon while a call rings', () => {
    expect(waits(ring)).toEqual(soon);
  });

  it('of a ring is there when the circuit may close, for one has to be', () => {
    expect(waits(ring, { why: 'circuitOpen', failingMs: 3_600_000 })).toEqual(soon);
  });

  it('comes back soon to one that is only busy', () => {
    expect(waits(end, { why: 'busy' })).toEqual(soon);
  });

  it('comes back ever more rarely once it is over, so that thousands that wait cost next to nothing', () => {
    expect(waits(end)).toEqual([0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800]);
  });

  it('comes back no sooner than the subscriber has been failing before', () => {
    expect(waits(end, { why: 'circuitOpen', failingMs: 20_000 })).toEqual([20, 20, 20, 20, 20, 20, 32, 64, 128, 256, 512, 1024, 1800]);
    expect(waits(end, { why: 'circuitOpen', failingMs: 86_400_000 })[0]).toBe(1800);
    expect(waits(ring, { failingMs: 5000 })).toEqual([5, 5, 5, 5, 8, 8, 8, 8, 8, 8, 8, 8, 8]);
  });

  it('comes at its own time, from half to one and a half of that', () => {
    expect([waits(end, { random: 0 })[3], waits(end, { random: 1 })[3]]).toEqual([2, 6]);
  });

  it('never comes before the subscriber takes anything', () => {
    expect(putOffUntilMs({ admitted: false, why: 'circuitOpen', untilMs: 30_000 }, { event: ring, deferrals: 0 }, 0)).toBe(30_250);
  });
});
