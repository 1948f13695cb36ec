/**
 * Many who ask at once cost one read at a time: who asks while one is under way shares the next, so that an answer is
 * never older than its question. A read that fails fails for those who share it; the next one is tried all the same.
 */
export function shareNext<Result>(read: () => Promise<Result>): () => Promise<Result> {
  let underWay: Promise<unknown> = Promise.resolve();
  let next: Promise<Result> | undefined;
  const readNext = async (): Promise<Result> => {
    await underWay;
    next = undefined;
    const reading = read();
    underWay = reading.catch(() => undefined);
    return reading;
  };
  return () => (next ??= readNext());
}
