import { createUnderWay } from '../../../shared/webhooks/underWay';

/** Work that the test ends. */
function held<T>() {
  let end: (value: T) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const work = new Promise<T>((resolve, reject) => ([end, fail] = [resolve, reject]));
  return { work, end, fail };
}

test('tells what was under way before, until all of it has ended, whatever became of it', async () => {
  const underWay = createUnderWay();
  const [first, second] = [held<string>(), held<string>()];
  const firstResult = underWay.run('a', () => first.work);
  const failing = underWay.run('a', () => second.work);
  const ended: string[] = [];
  const third = underWay.run('a', async (before) => {
    await before;
    ended.push('both');
  });
  second.fail(new Error('refused'));
  await expect(failing).rejects.toThrow('refused');
  expect(ended).toEqual([]);
  first.end('sent');
  expect(await firstResult).toBe('sent');
  await third;
  expect(ended).toEqual(['both']);
});

test('nothing was before what has another key, or comes when all has ended', async () => {
  const underWay = createUnderWay();
  const first = held<string>();
  const running = underWay.run('a', () => first.work);
  expect(await underWay.run('b', (before) => Promise.resolve(before))).toBeUndefined();
  first.end('sent');
  await running;
  await new Promise(setImmediate);
  expect(await underWay.run('a', (before) => Promise.resolve(before))).toBeUndefined();
});

test('tells whether more has come since', async () => {
  const underWay = createUnderWay();
  const [first, second] = [held<string>(), held<string>()];
  let isFollowed = (): boolean => true;
  const running = underWay.run('a', (_before, told) => {
    isFollowed = told;
    return first.work;
  });
  const other = underWay.run('b', () => second.work);
  expect(isFollowed()).toBe(false);
  const next = underWay.run('a', () => second.work);
  expect(isFollowed()).toBe(true);
  first.end('sent');
  second.end('sent');
  await Promise.all([running, other, next]);
});
