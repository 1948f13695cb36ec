import type { SeededRandom } from '../../support/seededRandom';

/** Time that the test owns: it goes from one action to the next without waiting. */
export interface VirtualTime {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs the action then; actions of the same moment run in any order. Returns a function that cancels it. */
  at(atMs: number, action: () => void): () => void;
  /**
   * Runs all actions, those included that are added on the way. Resolves to whether it came to an end before
   * `untilMs` and 100,000 actions.
   */
  run(untilMs: number): Promise<boolean>;
}

interface Action {
  readonly atMs: number;
  readonly order: number;
  action: (() => void) | undefined;
}

const isBefore = (one: Action, other: Action): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);

const MAX_ACTIONS = 100_000;

/** A binary heap of actions. */
export function createVirtualTime(startMs: number, random: SeededRandom): VirtualTime {
  const heap: Action[] = [];
  let nowMs = startMs;

  const push = (added: Action): void => {
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(added, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = added;
  };
  const pop = (): Action | undefined => {
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = heap[child];
      const right = heap[child + 1];
      if (below !== undefined && right !== undefined && isBefore(right, below)) {
        below = right;
        child += 1;
      }
      if (below === undefined || !isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return first;
  };

  return {
    now: () => nowMs,
    at(atMs, action) {
      const added: Action = { atMs: Math.max(atMs, nowMs), order: random.next(), action };
      push(added);
      return () => {
        added.action = undefined;
      };
    },
    async run(untilMs) {
      // Once, so that the test's own time-out can come between two scenarios.
      await new Promise<void>((resolve) => setImmediate(resolve));
      let actions = 0;
      for (let next = pop(); next !== undefined; next = pop()) {
        if (next.action === undefined) continue;
        actions += 1;
        if (next.atMs > untilMs || actions > MAX_ACTIONS) return false;
        nowMs = next.atMs;
        next.action();
        // What the action set going comes to its next wait before the time goes on: ticks follow when no promise has work left.
        await new Promise<void>((resolve) => process.nextTick(resolve));
      }
      return true;
    },
  };
}
