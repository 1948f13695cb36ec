import type { Clock } from '../clock';

/** A sign-in keeps its place at most this long: one slow pool does not hold up the accounts of another. */
const HOLD_MS = 500;

export type Ramp = (signIn: () => Promise<unknown>, signal: AbortSignal) => Promise<void>;

/**
 * Lets at most `width` sign-ins run at a time, so that a thousand of them do not hit the pool at once. Resolves when the
 * sign-in has succeeded, failed, or taken longer than half a second (it then goes on by itself). Never rejects: what is
 * wrong with the account shows when its channel is opened.
 */
export function createRamp(width: number, clock: Clock): Ramp {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (signIn, signal) => {
    if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    const done = new AbortController();
    try {
      if (!signal.aborted) await Promise.race([signIn().catch(() => undefined), clock.sleep(HOLD_MS, done.signal)]);
    } finally {
      done.abort();
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
