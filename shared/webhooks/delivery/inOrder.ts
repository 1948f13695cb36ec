/** Runs what has the same key one after another, in the order in which it was handed in. */
export interface InOrder {
  /**
   * Calls `work` at once, with a promise that settles (never rejects) when all that was handed in before with the same key has
   * ended; undefined when nothing is under way.
   */
  run<T>(key: string, work: (before: Promise<void> | undefined) => Promise<T>): Promise<T>;
}

/** For one process; it forgets what has ended. */
export function createInOrder(): InOrder {
  const lastByKey = new Map<string, Promise<void>>();
  return {
    run(key, work) {
      const before = lastByKey.get(key);
      const done = work(before);
      const ended = Promise.allSettled([before, done]).then(() => {
        if (lastByKey.get(key) === ended) lastByKey.delete(key);
      });
      lastByKey.set(key, ended);
      return done;
    },
  };
}
