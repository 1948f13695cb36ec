import type { Clock } from '../clock';

/** Failures in a row that open the circuit. */
export const FAILURES_TO_OPEN = 20;
/** How long it stays open before one probe is let through. */
export const OPEN_MS = 30_000;
/** How long the probe is waited for: a ring that begins meanwhile should not miss it (an attempt in a ring has as long). */
export const PROBE_MS = 5_000;

/** Spares a subscriber that only fails, and ourselves the waiting for it. One for each subscriber, in this process. */
export interface CircuitBreaker {
  /** Whether so many failed in a row, and nothing has succeeded since. */
  isTripped(): boolean;
  /** As refusedUntilMs, without taking the probe. */
  openUntilMs(): number | undefined;
  /**
   * Undefined when an attempt may be made (the first after the open time is the probe, and the only one for 5 s); else until
   * when it may not: until now, while a probe is under way, for that may end at any moment.
   */
  refusedUntilMs(): number | undefined;
  /** Tells the outcome of an attempt that was let through. */
  record(succeeded: boolean): void;
}

/** A closed circuit: 20 failures in a row open it for 30 s, then one probe decides; any success closes it. */
export function createCircuitBreaker(clock: Clock): CircuitBreaker {
  let failures = 0;
  let openUntilMs = 0;
  let probesUntilMs = 0;

  const isTripped = (): boolean => failures >= FAILURES_TO_OPEN;

  const currently = (): number | undefined => {
    if (!isTripped()) return undefined;
    if (clock.now() < openUntilMs) return openUntilMs;
    return clock.now() < probesUntilMs ? clock.now() : undefined;
  };

  return {
    isTripped,
    openUntilMs: currently,
    refusedUntilMs() {
      const refusedUntilMs = currently();
      if (refusedUntilMs === undefined) probesUntilMs = clock.now() + PROBE_MS;
      return refusedUntilMs;
    },
    record(succeeded) {
      failures = succeeded ? 0 : failures + 1;
      if (isTripped()) openUntilMs = clock.now() + OPEN_MS;
    },
  };
}
