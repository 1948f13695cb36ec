import type { Clock } from '../../shared/clock';

/** A clock that stands still until the test moves it. */
export interface FakeClock extends Clock {
  /**
   * Moves the clock forward by `durationMs`, waking sleepers at their due times in order, those included that fall
   * asleep on the way. Between two wakings the event loop turns a few times, so that requests over loopback that a
   * woken sleeper caused are answered before the time goes on.
   */
  advance(durationMs: number): Promise<void>;
  /** How many are asleep. */
  sleepers(): number;
  /** Resolves as soon as someone sleeps for a duration that `matches` (any, unless given), at once when someone does already; with that duration in ms. */
  asleep(matches?: (durationMs: number) => boolean): Promise<number>;
}

interface Sleeper {
  readonly durationMs: number;
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Turns of the event loop between two wakings: loopback delivers within a turn or two each way. */
const SETTLING_TURNS = 25;

/** @param startMs milliseconds since the epoch; by default a plain winter's noon (2026-01-15T12:00:00Z). */
export function createFakeClock(startMs = Date.UTC(2026, 0, 15, 12)): FakeClock {
  let nowMs = startMs;
  const sleepers = new Set<Sleeper>();
  const watchers = new Set<(sleeper: Sleeper) => void>();

  const earliest = (untilMs: number): Sleeper | undefined => {
    let found: Sleeper | undefined;
    for (const sleeper of sleepers) {
      if (sleeper.dueMs <= untilMs && (found === undefined || sleeper.dueMs < found.dueMs)) found = sleeper;
    }
    return found;
  };

  return {
    now: () => nowMs,
    sleepers: () => sleepers.size,

    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper: Sleeper = { durationMs, dueMs: nowMs + Math.max(0, durationMs), wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake, { once: true });
        for (const watch of watchers) watch(sleeper);
      }),

    async advance(durationMs) {
      const untilMs = nowMs + durationMs;
      await settle();
      for (let next = earliest(untilMs); next !== undefined; next = earliest(untilMs)) {
        nowMs = Math.max(nowMs, next.dueMs);
        next.wake();
        await settle();
      }
      nowMs = untilMs;
    },

    asleep: (matches = () => true) =>
      new Promise((resolve) => {
        for (const sleeper of sleepers) {
          if (matches(sleeper.durationMs)) {
            resolve(sleeper.durationMs);
            return;
          }
        }
        const watch = (sleeper: Sleeper): void => {
          if (!matches(sleeper.durationMs)) return;
          watchers.delete(watch);
          resolve(sleeper.durationMs);
        };
        watchers.add(watch);
      }),
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLING_TURNS; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
