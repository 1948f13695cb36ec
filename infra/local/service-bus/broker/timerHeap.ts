import type { Clock } from '../../../../shared/clock';

/** Something that will happen, until it is cancelled. */
export interface Timer {
  readonly dueMs: number;
}

interface Entry extends Timer {
  dueMs: number;
  readonly fire: () => void;
  /** Counted, so that of equal deadlines the one set first fires first. */
  readonly number: number;
  /** Where it stands in the heap; -1 when it is not in it. */
  index: number;
}

/** The longest wait that Node's timers take. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * All of the broker's deadlines in one binary heap behind a single sleep of the clock: locks, times to live, schedules.
 * Adding a deadline later than all others is O(1), any other change O(log n); what is cancelled leaves at once.
 */
export class TimerHeap {
  private readonly entries: Entry[] = [];
  private readonly closed = new AbortController();
  private sleepUntilNext: AbortController | undefined;
  private wakesAtMs = Infinity;
  private set = 0;

  constructor(private readonly clock: Clock) {}

  /** Calls `fire` once, at `dueMs` on the clock or soon after; equal deadlines fire in the order in which they were set. */
  at(dueMs: number, fire: () => void): Timer {
    const entry: Entry = { dueMs, fire, number: (this.set += 1), index: this.entries.length };
    this.entries.push(entry);
    this.rise(entry);
    this.wakeBy(dueMs);
    return entry;
  }

  cancel(timer: Timer | undefined): void {
    const entry = timer as Entry | undefined;
    if (entry === undefined || entry.index < 0) return;
    const last = this.entries.pop();
    if (last !== undefined && last !== entry) {
      this.put(last, entry.index);
      this.rise(last);
      this.sink(last);
    }
    entry.index = -1;
  }

  close(): void {
    this.entries.length = 0;
    this.closed.abort();
    this.sleepUntilNext?.abort();
  }

  private wakeBy(dueMs: number): void {
    if (dueMs >= this.wakesAtMs || this.closed.signal.aborted) return;
    const asleep = this.wakesAtMs !== Infinity;
    this.wakesAtMs = dueMs;
    if (asleep) this.sleepUntilNext?.abort();
    else void this.run();
  }

  /** Sleeps towards the first deadline, again and again, until there is none. */
  private async run(): Promise<void> {
    // Never within the call that set a deadline, even one that has passed.
    await Promise.resolve();
    for (let first = this.entries[0]; first !== undefined; first = this.entries[0]) {
      const waitMs = Math.min(first.dueMs - this.clock.now(), LONGEST_WAIT_MS);
      if (waitMs > 0) {
        this.wakesAtMs = first.dueMs;
        this.sleepUntilNext = new AbortController();
        await this.clock.sleep(waitMs, this.sleepUntilNext.signal);
      } else {
        this.cancel(first);
        first.fire();
      }
    }
    this.wakesAtMs = Infinity;
  }

  private rise(entry: Entry): void {
    while (entry.index > 0) {
      const parent = this.entries[(entry.index - 1) >> 1];
      if (parent === undefined || isBefore(parent, entry)) return;
      this.swap(entry, parent);
    }
  }

  private sink(entry: Entry): void {
    for (;;) {
      const left = this.entries[2 * entry.index + 1];
      const right = this.entries[2 * entry.index + 2];
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || isBefore(entry, child)) return;
      this.swap(child, entry);
    }
  }

  private swap(a: Entry, b: Entry): void {
    const { index } = a;
    this.put(a, b.index);
    this.put(b, index);
  }

  private put(entry: Entry, index: number): void {
    this.entries[index] = entry;
    entry.index = index;
  }
}

const isBefore = (one: Entry, other: Entry): boolean =>
  one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.number < other.number);
