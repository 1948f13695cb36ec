import { putOffUntilMs } from '../../../shared/webhooks/putOff';
import type { Refusal } from '../../../shared/webhooks/subscriberGate';

const end = { id: 'e', type: 't', subject: 'call', timeMs: 0 };
/** Long enough for all of it. */
const ring = { ...end, expiryTimeMs: 3_600_000 };

interface Case extends Partial<Omit<Refusal, 'admitted'>> {
  readonly random?: number;
}
const atMs = (event: typeof end, deferrals: number, { random = 0.5, ...refusal }: Case = {}) =>
  putOffUntilMs({ admitted: false, why: 'throttled', untilMs: 0, ...refusal }, { event, deferrals }, random);
const waits = (event: typeof end, refusal?: Case) =>
  Array.from({ length: 13 }, (_, deferrals) => (atMs(event, deferrals, refusal) ?? NaN) / 1000);
const soon = [0.5, 1, 2, 4, 8, 8, 8, 8, 8, 8, 8, 8, 8];

describe('a message whose subscriber takes nothing now', () => {
  it('comes back soon while a call rings', () => {
    expect(waits(ring)).toEqual(soon);
  });

  it('comes back soon to one that is only busy', () => {
    expect(waits(end, { why: 'busy' })).toEqual(soon);
  });

  it('comes back ever more rarely once it is over, so that thousands that wait cost next to nothing', () => {
    expect(waits(end)).toEqual([0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800]);
  });

  it('comes back no sooner than the subscriber has been failing before', () => {
    expect(waits(end, { why: 'circuitOpen', failingMs: 20_000 })).toEqual([
      20, 20, 20, 20, 20, 20, 32, 64, 128, 256, 512, 1024, 1800,
    ]);
    expect(waits(end, { why: 'circuitOpen', failingMs: 86_400_000 })[0]).toBe(1800);
    expect(waits(ring, { failingMs: 5000 })).toEqual([5, 5, 5, 5, 8, 8, 8, 8, 8, 8, 8, 8, 8]);
  });

  it('of a ring is there when the circuit may close, for one has to be', () => {
    expect(waits(ring, { why: 'circuitOpen', failingMs: 3_600_000 })).toEqual(soon);
  });

  it('comes at its own time, from half to one and a half of that', () => {
    expect([waits(end, { random: 0 })[3], waits(end, { random: 1 })[3]]).toEqual([2, 6]);
  });

  it('never comes before the subscriber takes anything', () => {
    expect(atMs(ring, 0, { why: 'circuitOpen', untilMs: 30_000, random: 0 })).toBe(30_250);
  });

  it('of a ring comes while there is half of what is left of it', () => {
    const short = { ...ring, expiryTimeMs: 9000 };
    expect(atMs(short, 4, { untilMs: 2000 })).toBe(5500);
    expect(atMs(short, 0, { untilMs: 2000 })).toBe(2500);
  });

  it('does not come back when the ring is over first', () => {
    const short = { ...ring, expiryTimeMs: 9000 };
    expect([atMs(short, 0, { untilMs: 8501 }), atMs(short, 0, { untilMs: 20_000 })]).toEqual([undefined, undefined]);
  });
});
