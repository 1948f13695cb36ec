/** What is being delivered in this process at this moment, by what it is part of. */
export interface UnderWay {
  /**
   * Does the work, given what was under way with the same key when it began (it settles, never rejects, when all of that has
   * ended), and whether more with this key has begun since, which may wait for it.
   */
  run<T>(key: string, work: (before: Promise<void> | undefined, isFollowed: () => boolean) => Promise<T>): Promise<T>;
}

/** One for a process; it forgets what has ended. */
export function createUnderWay(): UnderWay {
  const underWay = new Map<string, Promise<void>>();
  return {
    async run(key, work) {
      const before = underWay.get(key);
      const done = work(before, () => underWay.get(key) !== ended);
      const ended = Promise.allSettled([before, done]).then(() => {
        if (underWay.get(key) === ended) underWay.delete(key);
      });
      underWay.set(key, ended);
      return done;
    },
  };
}
