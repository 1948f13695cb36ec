import type { Clock } from '../clock';

/** Failures in a row that open the circuit. */
export const FAILURES_TO_OPEN = 20;
/** How long it stays open before one probe is let through. */
export const OPEN_MS = 30_000;

/** Spares a subscriber that only fails, and ourselves the waiting for it. One for each subscriber, in this process. */
export interface CircuitBreaker {
  /** As refusedUntilMs, without taking the probe. */
  openUntilMs(): number | undefined;
  /** Undefined when an attempt may be made (the first after the open time is the probe); else until when it may not. */
  refusedUntilMs(): number | undefined;
  /** Tells the outcome of an attempt that was let through. */
  record(succeeded: boolean): void;
  /** For how long nothing but failures has been told; 0 without any. */
  failingMs(): number;
}

/** A closed circuit: 20 failures in a row open it for 30 s, then one probe decides; any success closes it. */
export function createCircuitBreaker(clock: Clock): CircuitBreaker {
  let failures = 0;
  let openUntilMs = 0;
  let failingSinceMs = 0;
  return {
    openUntilMs: () => (failures >= FAILURES_TO_OPEN && clock.now() < openUntilMs ? openUntilMs : undefined),
    refusedUntilMs() {
      if (failures < FAILURES_TO_OPEN) return undefined;
      if (clock.now() < openUntilMs) return openUntilMs;
      // Whoever comes while the probe is under way finds the circuit open again.
      openUntilMs = clock.now() + OPEN_MS;
      return undefined;
    },
    record(succeeded) {
      if (failures === 0) failingSinceMs = clock.now();
      failures = succeeded ? 0 : failures + 1;
      if (failures >= FAILURES_TO_OPEN) openUntilMs = clock.now() + OPEN_MS;
    },
    failingMs: () => (failures === 0 ? 0 : clock.now() - failingSinceMs),
  };
}
