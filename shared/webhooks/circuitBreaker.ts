import type { Clock } from '../clock';

/** Failures in a row that open the circuit. */
export const FAILURES_TO_OPEN = 20;
/** How long it stays open before one probe is let through. */
export const OPEN_MS = 30_000;
/** Who was turned away comes back one after another, over ten seconds: all at once they would only find the probe before them. */
export const TURN_MS = 100;
const TURNS = 100;

/** Spares a subscriber that only fails, and ourselves the waiting for it. One for each subscriber, in this process. */
export interface CircuitBreaker {
  /** As refusedUntilMs, without taking the probe. Each call is a turn of its own. */
  openUntilMs(): number | undefined;
  /** Undefined when an attempt may be made (the first after the open time is the probe); else until when it may not. */
  refusedUntilMs(): number | undefined;
  /** Tells the outcome of an attempt that was let through. */
  record(succeeded: boolean): void;
}

/** A closed circuit: 20 failures in a row open it for 30 s, then one probe decides; any success closes it. */
export function createCircuitBreaker(clock: Clock): CircuitBreaker {
  let failures = 0;
  let openUntilMs = 0;
  let turn = 0;

  const open = (): void => {
    openUntilMs = clock.now() + OPEN_MS;
    turn = 0;
  };
  const whileOpen = (): number | undefined => (failures >= FAILURES_TO_OPEN && clock.now() < openUntilMs ? openUntilMs + TURN_MS * (turn++ % TURNS) : undefined);

  return {
    openUntilMs: whileOpen,
    refusedUntilMs() {
      const untilMs = whileOpen();
      // Whoever comes while the probe is under way finds the circuit open again.
      if (untilMs === undefined && failures >= FAILURES_TO_OPEN) open();
      return untilMs;
    },
    record(succeeded) {
      failures = succeeded ? 0 : failures + 1;
      if (failures >= FAILURES_TO_OPEN) open();
    },
  };
}
