import type { Clock } from '../../shared/clock';
import { countHttpMessages, makeLoopbackRoundTrip } from './loopbackTraffic';

/** A clock that stands still until the test moves it. */
export interface FakeClock extends Clock {
  /**
   * Moves the clock forward by `durationMs`, waking sleepers at their due times in order, those included that fall
   * asleep on the way. Between two wakings the event loop turns a few times, and HTTP requests over loopback that a
   * woken sleeper caused are answered before the time goes on.
   */
  advance(durationMs: number): Promise<void>;
  /**
   * The process stands still for `durationMs` (SIGSTOP, a long garbage collection): no timer fires meanwhile, and those
   * that are overdue fire at its end, in order. What arrived on sockets meanwhile is read after that.
   */
  stall(durationMs: number): Promise<void>;
  /** Someone sets the machine's clock: `now` jumps by `byMs`, the monotonic time and the timers do not. */
  setBy(byMs: number): void;
  /**
   * Moves the clock forward step by step until `awaited` settles, and settles as it does. Rejects when it has not after
   * 10,000 steps: nobody is going to.
   */
  advanceUntil<Value>(awaited: Promise<Value>, stepMs?: number): Promise<Value>;
  /** How many are asleep; a timer that is set counts as one. */
  sleepers(): number;
  /**
   * Resolves as soon as someone sleeps for a duration that `matches` (any, unless given), at once when someone does
   * already; with that duration in ms.
   */
  asleep(matches?: (durationMs: number) => boolean): Promise<number>;
}

interface Sleeper {
  readonly durationMs: number;
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Turns of the event loop between two wakings. */
const SETTLING_CYCLES = 50;
/** After an HTTP message so many bytes go over loopback and back: it may have to pass a proxy, and to cause another one… */
const SETTLING_ROUND_TRIPS = 4;
/** …and so many while one was sent and not received: what is not there then has been cut off. */
const MOST_ROUND_TRIPS = 100;
const MOST_STEPS = 10_000;

/**
 * @param startMs milliseconds since the epoch; by default a plain winter's noon (2026-01-15T12:00:00Z)
 * @param settle lets everything happen that is possible at one instant; where there is no socket, `settlePromises` does so
 */
export function createFakeClock(startMs = Date.UTC(2026, 0, 15, 12), settle = settleWithSockets): FakeClock {
  let nowMs = startMs;
  let setByMs = 0;
  const sleepers = new Set<Sleeper>();
  const watchers = new Set<(sleeper: Sleeper) => void>();

  const earliest = (untilMs: number): Sleeper | undefined => {
    let found: Sleeper | undefined;
    for (const sleeper of sleepers) {
      if (sleeper.dueMs <= untilMs && (found === undefined || sleeper.dueMs < found.dueMs)) found = sleeper;
    }
    return found;
  };

  const clock: FakeClock = {
    now: () => nowMs + setByMs,
    monotonicMs: () => nowMs - startMs,
    sleepers: () => sleepers.size,

    sleep: (durationMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const wake = (): void => {
          cancel();
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        signal?.addEventListener('abort', wake, { once: true });
        const cancel = clock.setTimer(durationMs, wake);
      }),

    setTimer(durationMs, ring) {
      const cancel = (): void => void sleepers.delete(sleeper);
      const wake = (): void => {
        cancel();
        ring();
      };
      const sleeper: Sleeper = { durationMs, dueMs: nowMs + Math.max(0, durationMs), wake };
      sleepers.add(sleeper);
      for (const watch of watchers) watch(sleeper);
      return cancel;
    },

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

    async stall(durationMs) {
      nowMs += durationMs;
      for (let next = earliest(nowMs); next !== undefined; next = earliest(nowMs)) next.wake();
      await settle();
    },

    setBy: (byMs) => void (setByMs += byMs),

    async advanceUntil(awaited, stepMs = 1_000) {
      let settled = false;
      const note = (): void => void (settled = true);
      awaited.then(note, note);
      for (let step = 0; step < MOST_STEPS; step += 1) {
        await settle();
        if (isTrue(settled)) return awaited;
        await clock.advance(stepMs);
      }
      throw new Error(`Nothing came of it in ${MOST_STEPS} steps of ${stepMs} ms.`);
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
  return clock;
}

/** Looked at through a function, for TypeScript does not see that a callback changes it. */
const isTrue = (flag: boolean): boolean => flag;

let settled = countHttpMessages();

async function settleWithSockets(): Promise<void> {
  await runEventLoop();
  for (let now = countHttpMessages(); now.total !== settled.total; now = countHttpMessages()) {
    for (let trip = 0; trip < MOST_ROUND_TRIPS; trip += 1) {
      if (trip >= SETTLING_ROUND_TRIPS && countHttpMessages().underWay <= settled.underWay) break;
      await makeLoopbackRoundTrip();
    }
    settled = now;
    await runEventLoop();
  }
}

/** Promises that wait for nothing but promises are all settled before the event loop goes on; the rest is for setImmediate. */
export async function settlePromises(): Promise<void> {
  await runEventLoop(3);
}

async function runEventLoop(cycles = SETTLING_CYCLES): Promise<void> {
  for (let cycle = 0; cycle < cycles; cycle += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
