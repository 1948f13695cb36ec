import { Pacing } from '../../../../shared/ucwa/channel/pacing';

test('empty answers at once are paced from the fourth on, until one carries something or takes its time', () => {
  const pacing = new Pacing();
  const waitAfter = (carried: boolean, tookMs: number): number => pacing.waitMs(carried, tookMs, () => 0.5);
  expect([
    waitAfter(false, 1),
    waitAfter(false, 1),
    waitAfter(false, 1),
    waitAfter(false, 1),
    waitAfter(false, 1),
  ]).toEqual([0, 0, 0, 250, 500]);
  expect([waitAfter(true, 1), waitAfter(false, 1)]).toEqual([0, 0]);
  expect([
    waitAfter(false, 1),
    waitAfter(false, 1),
    waitAfter(false, 1),
    waitAfter(false, 180_000),
    waitAfter(false, 1),
  ]).toEqual([0, 0, 250, 0, 0]);
});
