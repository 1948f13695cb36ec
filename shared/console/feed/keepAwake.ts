import type { Store } from '../app/store';
import type { Feed } from './oneTab';

/** What this needs of the console. */
export interface AwakeConsole {
  readonly store: Store<{ readonly mustSignIn: boolean; readonly session: unknown }>;
  readonly feed: Feed;
  /** Reads everything anew, the server's time as well. */
  begin(): Promise<void>;
}

/** An open page is a running request of the relay: one that nobody sees or hears has no use for it. */
export const STOPS_AFTER_MS = 5 * 60_000;
const TICK_MS = 5000;
/** A timer that comes so late was asleep with the machine. */
const SLEPT_MS = 30_000;

/**
 * Stops the feed of a tab that has been hidden, and silent, for five minutes, and lets one that is seen again or that slept catch up:
 * it asks at once and reads the lists anew, for others' news may have been lost meanwhile.
 */
export function keepAwake(console: AwakeConsole, isHeard: () => boolean): void {
  const { store, feed } = console;
  let hiddenAtMs: number | undefined;
  let tickedAtMs = Date.now();
  const catchUp = (): void => {
    const { mustSignIn, session } = store.get();
    if (mustSignIn || session === undefined) return;
    feed.wake();
    void console.begin();
  };
  document.addEventListener('visibilitychange', () => {
    const wasHiddenMs = hiddenAtMs === undefined ? 0 : Date.now() - hiddenAtMs;
    hiddenAtMs = document.hidden ? Date.now() : undefined;
    if (!document.hidden && wasHiddenMs > SLEPT_MS) catchUp();
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) catchUp();
  });
  addEventListener('online', () => feed.wake());
  setInterval(() => {
    const nowMs = Date.now();
    const slept = nowMs - tickedAtMs > SLEPT_MS;
    tickedAtMs = nowMs;
    if (hiddenAtMs !== undefined && !isHeard() && nowMs - hiddenAtMs >= STOPS_AFTER_MS) feed.stop();
    else if (slept && !document.hidden) catchUp();
  }, TICK_MS);
}
