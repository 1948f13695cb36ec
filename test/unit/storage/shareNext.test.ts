import { shareNext } from '../../../shared/storage/shareNext';

/** Reads that end when told, each with how many had begun. */
function createReads() {
  const begun: { resolve(): void; reject(error: Error): void }[] = [];
  const read = (): Promise<number> => {
    const number = begun.length + 1;
    return new Promise((resolve, reject) => begun.push({ resolve: () => resolve(number), reject }));
  };
  return { begun, ask: shareNext(read) };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('who asks at once shares one read', async () => {
  const { begun, ask } = createReads();
  const answers = Promise.all([ask(), ask(), ask()]);
  await turn();
  expect(begun).toHaveLength(1);
  begun[0]?.resolve();
  expect(await answers).toEqual([1, 1, 1]);
});

test('who asks while a read is under way shares the next: no answer is older than its question', async () => {
  const { begun, ask } = createReads();
  const first = ask();
  await turn();
  const later = Promise.all([ask(), ask()]);
  await turn();
  expect(begun).toHaveLength(1);
  begun[0]?.resolve();
  expect(await first).toBe(1);
  await turn();
  begun[1]?.resolve();
  expect(await later).toEqual([2, 2]);
  expect(begun).toHaveLength(2);
});

test('a read that fails fails for those who share it, and for nobody else', async () => {
  const { begun, ask } = createReads();
  const failing = Promise.allSettled([ask(), ask()]);
  await turn();
  const later = ask();
  begun[0]?.reject(new Error('no answer'));
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await turn();
  begun[1]?.resolve();
  expect(await later).toBe(2);
});
