import { bestServerAhead } from '../../../shared/console/app/serverAhead';

describe('how far the clock of the server is ahead', () => {
  test.each([
    ['the first answer counts', undefined, -5_000, -5_000],
    ['an answer that was quicker counts', 100, 140, 140],
    ['one that was slower does not', 100, -850, 100],
    ['unless a clock was set', 100, -901, -901],
  ])('%s', (_, known, shown, best) => {
    expect(bestServerAhead(known, shown)).toBe(best);
  });
});
