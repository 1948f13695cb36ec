interface Waiting<Job, Result> {
  readonly job: Job;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Runs jobs of one key together (group commit): one run is under way for a key at a time, and what is asked for meanwhile
 * goes into the next. Every job's run begins after the job was given, so that a read sees what was written before it.
 * @param run gets up to `maxJobs` jobs and answers their results in their order; when it rejects, all of them do.
 */
export function createGroups<Job, Result>(maxJobs: number, run: (key: string, jobs: readonly Job[]) => Promise<readonly Result[]>): (key: string, job: Job) => Promise<Result> {
  const lanes = new Map<string, Waiting<Job, Result>[]>();

  const drain = async (key: string, lane: Waiting<Job, Result>[]): Promise<void> => {
    while (lane.length > 0) {
      const group = lane.splice(0, maxJobs);
      try {
        const results = await run(key, group.map(({ job }) => job));
        group.forEach((one, index) => one.resolve(results[index] as Result));
      } catch (error) {
        for (const one of group) one.reject(error);
      }
    }
    lanes.delete(key);
  };

  return (key, job) =>
    new Promise((resolve, reject) => {
      const known = lanes.get(key);
      const lane = known ?? [];
      lane.push({ job, resolve, reject });
      if (known !== undefined) return;
      lanes.set(key, lane);
      // A turn later, so that jobs given together are one run from the first.
      setImmediate(() => void drain(key, lane));
    });
}
