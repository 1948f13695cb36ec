import { createInOrder } from '../../../../shared/webhooks/delivery/concurrency';

/** Work that ends when the test says so. */
function controlledWork(log: string[], name: string) {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const work = async (ready: () => Promise<void>): Promise<void> => {
    await ready();
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
  const done = Promise.all([inOrder.run('key', undefined, one.work), inOrder.run('key', undefined, two.work)]);
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
  void inOrder.run('one', undefined, one.work);
  void inOrder.run('two', undefined, two.work);
  await settle();
  expect(log).toEqual(['one begins', 'two begins']);
});

it('comes at once where everything before it has ended', async () => {
  const inOrder = createInOrder();
  await inOrder.run('key', '2', (ready) => ready());
  await expect(inOrder.run('key', '1', (ready) => ready())).resolves.toBeUndefined();
});

describe('what has an earlier sequence', () => {
  const begin = (handedIn: readonly (string | undefined)[]) => {
    const log: string[] = [];
    const inOrder = createInOrder();
    const works = handedIn.map((sequence) => controlledWork(log, sequence ?? 'without'));
    let record = (): void => undefined;
    const recorded = new Promise<void>((resolve) => (record = resolve));
    const done = works.map(({ work, end }, index) => {
      end();
      return inOrder.run('key', handedIn[index], (ready) => work(() => recorded.then(ready)));
    });
    return { log, record, done: Promise.all(done) };
  };
  const begun = (log: readonly string[]) => log.filter((line) => line.endsWith(' begins')).join();

  it.each<[readonly (string | undefined)[], string]>([
    [['17-0007', '17-0000'], '17-0000 begins,17-0007 begins'],
    [['3', '1', '2'], '1 begins,2 begins,3 begins'],
    [['3', undefined, '1'], '1 begins,3 begins,without begins'],
    [[undefined, '2', undefined], 'without begins,2 begins,without begins'],
  ])('comes first while nothing has begun: %j', async (handedIn, expected) => {
    const { log, record, done } = begin(handedIn);
    record();
    await done;
    expect(begun(log)).toBe(expected);
  });

  it('comes after what has begun', async () => {
    const log: string[] = [];
    const inOrder = createInOrder();
    const [three, two, one] = [controlledWork(log, '3'), controlledWork(log, '2'), controlledWork(log, '1')];
    const done = [
      inOrder.run('key', '3', three.work),
      inOrder.run('key', '2', two.work),
      inOrder.run('key', '1', one.work),
    ];
    for (const { end } of [one, two, three]) end();
    await Promise.all(done);
    expect(begun(log)).toBe('3 begins,1 begins,2 begins');
  });
});

it('goes on after a failure, and after one that did not wait', async () => {
  const log: string[] = [];
  const inOrder = createInOrder();
  const first = controlledWork(log, 'first');
  void inOrder.run('key', undefined, first.work);
  await expect(inOrder.run('key', undefined, () => Promise.reject(new Error('no place')))).rejects.toThrow('no place');
  const third = controlledWork(log, 'third');
  const done = inOrder.run('key', undefined, third.work);
  third.end();
  await settle();
  expect(log).toEqual(['first begins']);
  first.end();
  await done;
  expect(log).toEqual(['first begins', 'first ends', 'third begins', 'third ends']);
});
