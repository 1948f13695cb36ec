import type { Clock } from '../../../shared/clock';

/** Something that will happen; `cancel` makes it not happen and lets go of it. */
export interface QueuedTimer {
  cancel(): void;
}

interface Entry {
  readonly dueMs: number;
  readonly order: number;
  action: (() => void) | undefined;
}

/** setTimeout's own limit. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

/**
 * Everything the simulator does later, on one timer: ten thousand pending polls and the calls between them cost a heap
 * entry each. What is due at the same moment happens in the order in which it was asked for.
 */
export class TimerQueue {
  readonly #clock: Clock;
  readonly #heap: Entry[] = [];
  #cancelled = 0;
  #order = 0;
  #sleep: { readonly untilMs: number; readonly wake: AbortController } | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `action` once, `durationMs` from now. */
  in(durationMs: number, action: () => void): QueuedTimer {
    const entry: Entry = { dueMs: this.#clock.now() + durationMs, order: this.#order++, action };
    this.#insert(entry);
    this.#arm();
    return {
      cancel: () => {
        if (entry.action === undefined) return;
        entry.action = undefined;
        this.#cancelled++;
        this.#dropCancelled();
      },
    };
  }

  /** Nothing happens any more. */
  close(): void {
    this.#closed = true;
    this.#heap.length = 0;
    this.#sleep?.wake.abort();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || this.#closed) return;
    if (this.#sleep !== undefined) {
      if (this.#sleep.untilMs <= first.dueMs) return;
      this.#sleep.wake.abort();
    }
    const wake = new AbortController();
    this.#sleep = { untilMs: first.dueMs, wake };
    const durationMs = Math.min(Math.max(0, first.dueMs - this.#clock.now()), LONGEST_SLEEP_MS);
    void this.#clock.sleep(durationMs, wake.signal).then(() => {
      if (wake.signal.aborted) return;
      this.#sleep = undefined;
      this.#runDue();
      this.#arm();
    });
  }

  #runDue(): void {
    for (let first = this.#heap[0]; first !== undefined && first.dueMs <= this.#clock.now(); first = this.#heap[0]) {
      this.#removeFirst();
      const { action } = first;
      first.action = undefined;
      if (action === undefined) this.#cancelled--;
      else action();
    }
  }

  /** Cancelled entries stay in the heap until they are the greater part of it: cancelling costs next to nothing. */
  #dropCancelled(): void {
    if (this.#cancelled < 64 || this.#cancelled * 2 < this.#heap.length) return;
    const alive = this.#heap.filter((entry) => entry.action !== undefined);
    this.#cancelled = 0;
    this.#heap.length = 0;
    for (const entry of alive) this.#insert(entry);
  }

  #insert(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || isBefore(parent, entry)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = entry;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      if (left === undefined) break;
      const [child, childAt] = right !== undefined && isBefore(right, left) ? [right, 2 * at + 2] : [left, 2 * at + 1];
      if (isBefore(last, child)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = last;
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
}
