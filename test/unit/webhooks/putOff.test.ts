import { putOffUntilMs, type PutOffInput } from '../../../shared/webhooks/putOff';

const waits = (inRing: boolean, { why = 'throttled', random = 0.5 }: Partial<Pick<PutOffInput, 'why' | 'random'>> = {}) =>
  Array.from({ length: 13 }, (_, deferrals) => putOffUntilMs({ why, untilMs: 0, deferrals, inRing, random }) / 1000);
const soon = [0.5, 1, 2, 4, 8, 8, 8, 8, 8, 8, 8, 8, 8];

describe('a message whose subscriber takes nothing now', () => {
  it('comes back soon while a call rings', () => {
    expect(waits(true)).toEqual(soon);
  });

  it('comes back soon to one that is only busy', () => {
    expect(waits(false, { why: 'busy' })).toEqual(soon);
  });

  it('comes back ever more rarely once it is over, so that thousands that wait cost next to nothing', () => {
    expect(waits(false)).toEqual([0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800]);
  });

  it('comes at its own time, from half to one and a half of that', () => {
    expect([waits(false, { random: 0 })[3], waits(false, { random: 1 })[3]]).toEqual([2, 6]);
  });

  it('never comes before the subscriber takes anything', () => {
    expect(putOffUntilMs({ why: 'circuitOpen', untilMs: 30_000, deferrals: 0, inRing: true, random: 0 })).toBe(30_250);
  });
});
