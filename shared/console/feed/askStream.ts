import { ApiError } from '../api/createApi';
import { parseEvents, type StreamEvent } from './parseEvents';

/** How the page stands to the relay's changes. */
export type Connection =
  | { readonly state: 'starting' | 'live' | 'stopped' }
  | { readonly state: 'notLive'; readonly sinceMs: number; readonly retryAtMs: number };

export interface AskStreamPorts {
  /** `GET /stream` with `Last-Event-ID`. */
  readonly request: (lastEventId: string | undefined, signal: AbortSignal) => Promise<Response>;
  readonly onEvents: (events: readonly StreamEvent[]) => void;
  readonly onConnection: (connection: Connection) => void;
  readonly now: () => number;
  /** Resolves after that time, or earlier when somebody wants it now. Rejects when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The relay holds an answer for 20 s at most; one that is far over that is lost. */
const ANSWER_WITHIN_MS = 40_000;
/** Between answers that hold nothing new and yet came at once. */
const LEAST_PAUSE_MS = 1000;
const LONGEST_BACKOFF_MS = 15_000;

/**
 * Asks for changes, answer after answer, until aborted: at once after each answer, after a growing pause after a failure. Resolves
 * when aborted, or when the relay asks who this is (401); never rejects.
 */
export async function askStream(
  lastEventId: string | undefined,
  ports: AskStreamPorts,
  signal: AbortSignal,
): Promise<void> {
  let lastId = lastEventId;
  let failures = 0;
  let notLiveSinceMs: number | undefined;
  const fail = (retryAfterMs: number): number => {
    notLiveSinceMs ??= ports.now();
    ports.onConnection({ state: 'notLive', sinceMs: notLiveSinceMs, retryAtMs: ports.now() + retryAfterMs });
    return retryAfterMs;
  };
  const ask = async (): Promise<number> => {
    const askedAtMs = ports.now();
    const response = await ports.request(lastId, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]));
    const { events, retryMs = 0 } = parseEvents(await response.text());
    if (signal.aborted) return 0;
    failures = 0;
    lastId = events.findLast(({ id }) => id !== undefined)?.id ?? lastId;
    const isStale = events.some(({ name }) => name === 'stale');
    if (!isStale) {
      notLiveSinceMs = undefined;
      ports.onConnection({ state: 'live' });
    }
    ports.onEvents(events);
    if (isStale) return fail(Math.max(retryMs, LEAST_PAUSE_MS));
    const isIdle = events.every(({ name }) => name === 'hello') && ports.now() - askedAtMs < LEAST_PAUSE_MS;
    return Math.max(retryMs, isIdle ? LEAST_PAUSE_MS : 0);
  };
  while (!signal.aborted) {
    let pauseMs: number;
    try {
      pauseMs = await ask();
    } catch (error) {
      if (isOver(signal, error)) return;
      const backOffMs = Math.min(1000 * 2 ** failures, LONGEST_BACKOFF_MS);
      failures += 1;
      pauseMs = fail((error instanceof ApiError ? error.retryAfterMs : undefined) ?? backOffMs);
    }
    if (pauseMs > 0) await ports.wait(pauseMs, signal).catch(() => undefined);
  }
}

/** Whether there is nothing more to ask: the page does not want it, or somebody has to sign in first. */
function isOver(signal: AbortSignal, error: unknown): boolean {
  return signal.aborted || (error instanceof ApiError && error.status === 401);
}
