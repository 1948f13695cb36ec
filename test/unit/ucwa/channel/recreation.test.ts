import { Recreation } from '../../../../shared/ucwa/channel/recreation';

const half = () => 0.5;

test('an application that lasted is made again at once', () => {
  const recreation = new Recreation();
  recreation.opened(0);
  expect(recreation.lost(300_000, half)).toBe(0);
});

test('losses that follow each other closely are mended ever more slowly, until one lasts', () => {
  const recreation = new Recreation();
  recreation.opened(0);
  expect([1, 2, 3, 4].map((at) => recreation.lost(at, half))).toEqual([1_000, 2_000, 4_000, 8_000]);
  recreation.opened(10_000);
  expect(recreation.lost(20_000, half)).toBe(16_000);
  recreation.opened(100_000);
  expect(recreation.lost(500_000, half)).toBe(0);
  expect(new Recreation().lost(0, half)).toBe(1_000);
});
