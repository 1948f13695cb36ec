import type { Clock } from '../clock';

/** Does several jobs of one key at once; answers their results in their order; when it rejects, all of them do. */
export type RunTogether<Job, Result> = (key: string, jobs: readonly Job[]) => Promise<readonly Result[]>;

export type Groups<Job, Result> = (key: string, job: Job) => Promise<Result>;

/** How long the first job of a run waits for others: so long, or until there are enough of them. */
export interface Gathering {
  readonly clock: Clock;
  readonly forMs: number;
  readonly enough: number;
}

export interface GatheringGroups<Job, Result> {
  /** @param isUrgent that neither it nor those that wait with it wait any longer. */
  readonly run: (key: string, job: Job, isUrgent?: boolean) => Promise<Result>;
  /** What waits for others with this key waits no longer. */
  readonly hasten: (key: string) => void;
}

interface Waiting<Job, Result> {
  readonly job: Job;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

interface Lane<Job, Result> {
  readonly waiting: Waiting<Job, Result>[];
  isUrgent: boolean;
  /** Ends the gathering. */
  begin(): void;
}

/**
 * Runs jobs of one key together (group commit): one run is under way for a key at a time, and what is asked for meanwhile
 * goes into the next. Every job's run begins after the job was given, so that a read sees what was written before it.
 * @param maxJobs of one run.
 */
export function createGroups<Job, Result>(maxJobs: number, run: RunTogether<Job, Result>): Groups<Job, Result> {
  return createGatheringGroups(maxJobs, run).run;
}

/** As createGroups, for jobs that are in no hurry. @param gathering without it, no job waits for others. */
export function createGatheringGroups<Job, Result>(
  maxJobs: number,
  run: RunTogether<Job, Result>,
  gathering?: Gathering,
): GatheringGroups<Job, Result> {
  const lanes = new Map<string, Lane<Job, Result>>();

  const isReady = ({ waiting, isUrgent }: Lane<Job, Result>): boolean =>
    gathering === undefined || isUrgent || waiting.length >= gathering.enough;

  const gather = (lane: Lane<Job, Result>): Promise<void> =>
    new Promise((resolve) => {
      if (gathering === undefined || isReady(lane)) {
        resolve();
        return;
      }
      const cancel = gathering.clock.alarm(gathering.forMs, resolve);
      lane.begin = () => {
        cancel();
        resolve();
      };
    });

  const drain = async (key: string, lane: Lane<Job, Result>): Promise<void> => {
    while (lane.waiting.length > 0) {
      await gather(lane);
      const group = lane.waiting.splice(0, maxJobs);
      lane.isUrgent &&= lane.waiting.length > 0;
      try {
        const results = await run(
          key,
          group.map(({ job }) => job),
        );
        group.forEach((one, index) => one.resolve(results[index] as Result));
      } catch (error) {
        for (const one of group) one.reject(error);
      }
    }
    lanes.delete(key);
  };

  return {
    run: (key, job, isUrgent = false) =>
      new Promise((resolve, reject) => {
        const known = lanes.get(key);
        const lane = known ?? { waiting: [], isUrgent: false, begin: () => undefined };
        lane.waiting.push({ job, resolve, reject });
        lane.isUrgent ||= isUrgent;
        if (known !== undefined) {
          if (isReady(lane)) lane.begin();
          return;
        }
        lanes.set(key, lane);
        // A turn later, so that jobs given together are one run from the first.
        setImmediate(() => void drain(key, lane));
      }),
    hasten(key) {
      const lane = lanes.get(key);
      if (lane === undefined || lane.waiting.length === 0) return;
      lane.isUrgent = true;
      lane.begin();
    },
  };
}
