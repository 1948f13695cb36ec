import { createInOrder } from '../../../../shared/webhooks/delivery/deliver';

/** Work that ends when the test says so. */
function controlledWork(log: string[], name: string) {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const work = async (before: Promise<void> | undefined): Promise<void> => {
    await before;
    log.push(`${name} begins`);
    await ended;
    log.push(`${name} ends`);
  };
  return { work, end };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

it('runs what has the same key one after another', async () => {
  const log: string[] = [];
  const inOrder = createInOrder();
  const [one, two] = [controlledWork(log, 'one'), controlledWork(log, 'two')];
  const done = Promise.all([inOrder.run('key', one.work), inOrder.run('key', two.work)]);
  two.end();
  await settle();
  expect(log).toEqual(['one begins']);
  one.end();
  await done;
  expect(log).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
});

it('lets different keys run side by side', async () => {
  const log: string[] = [];
  const inOrder = createInOrder();
  const [one, two] = [controlledWork(log, 'one'), controlledWork(log, 'two')];
  void inOrder.run('one', one.work);
  void inOrder.run('two', two.work);
  await settle();
  expect(log).toEqual(['one begins', 'two begins']);
});

it('has nothing to wait for when nothing is under way, and forgets what has ended', async () => {
  const inOrder = createInOrder();
  const seen: (Promise<void> | undefined)[] = [];
  const work = (before: Promise<void> | undefined): Promise<void> => {
    seen.push(before);
    return Promise.resolve();
  };
  await inOrder.run('key', work);
  await settle();
  await inOrder.run('key', work);
  expect(seen).toEqual([undefined, undefined]);
});

it('goes on after a failure, and after one that did not wait', async () => {
  const log: string[] = [];
  const inOrder = createInOrder();
  const first = controlledWork(log, 'first');
  void inOrder.run('key', first.work);
  await expect(inOrder.run('key', () => Promise.reject(new Error('no place')))).rejects.toThrow('no place');
  const third = controlledWork(log, 'third');
  const done = inOrder.run('key', third.work);
  third.end();
  await settle();
  expect(log).toEqual(['first begins']);
  first.end();
  await done;
  expect(log).toEqual(['first begins', 'first ends', 'third begins', 'third ends']);
});
