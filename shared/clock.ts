/**
 * Time as a dependency, so that a test owns it. Nothing in the product reads `Date.now()` or sets a
 * timer for a wait except through a clock.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch (UTC). */
  now(): number;
  /**
   * Milliseconds since some moment of this process; never goes back, whatever sets the machine's clock. For durations
   * that decide how old something is.
   */
  monotonicMs(): number;
  /** Resolves after `durationMs`, or at once when `signal` is (or becomes) aborted. Never rejects: look at the signal. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
  /**
   * Calls `callback` after `durationMs`, unless the function that it returns is called before. For deadlines that are rarely
   * reached: a sleep and a signal to end it would cost more than the request that they guard.
   */
  setTimer(durationMs: number, callback: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (durationMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, durationMs));
      signal?.addEventListener('abort', done, { once: true });
    }),
  setTimer(durationMs, callback) {
    const timer = setTimeout(callback, Math.max(0, durationMs));
    return () => clearTimeout(timer);
  },
};
