import { Pacing } from '../../../../shared/ucwa/channel/pacing';

test('empty answers at once are paced from the fourth on, until one carries something or takes its time', () => {
  const pacing = new Pacing();
  const turn = (carried: boolean, tookMs: number): number => pacing.waitMs(carried, tookMs, () => 0.5);
  expect([turn(false, 1), turn(false, 1), turn(false, 1), turn(false, 1), turn(false, 1)]).toEqual([0, 0, 0, 250, 500]);
  expect([turn(true, 1), turn(false, 1)]).toEqual([0, 0]);
  expect([turn(false, 1), turn(false, 1), turn(false, 1), turn(false, 180_000), turn(false, 1)]).toEqual([
    0, 0, 250, 0, 0,
  ]);
});
