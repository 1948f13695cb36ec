import type { Clock } from '../../clock';
import { toRelayError } from '../../errors/relayError';
import type { Feed, FeedEntry } from '../../invitations/record/feed';
import type { Log } from '../../telemetry/log';
import { withDeadline } from '../../withDeadline';
import { createFeedBuffer, type Selection } from './feedBuffer';
import type { Position } from './position';

/** One answer to a page. */
export interface FeedAnswer extends Omit<Selection, 'holdMs'> {
  /** Since when the feed cannot be read (milliseconds since the epoch); undefined while it can. */
  readonly staleSinceMs: number | undefined;
}

/** The feed as this process follows it for the pages that are open. */
export interface LiveFeed {
  /**
   * What is newer than the position: at once when there is something, else as soon as there is, else after 20 s. At once too
   * when the feed can no longer be read, and when the process ends. Never rejects.
   */
  next(position: Position | undefined, isShown: (entry: FeedEntry) => boolean): Promise<FeedAnswer>;
  /** Answers every held request at once, and reads no more. */
  close(): void;
}

export interface LiveFeedPorts {
  readonly feed: Feed;
  /** Names this process in positions. */
  readonly processName: string;
  readonly clock: Clock;
  readonly log: Log;
}

const READ_EVERY_MS = 1_000;
/** After a read that took long. */
const PAUSE_MS = 250;
const READ_WITHIN_MS = 5_000;
/** Of one read: 200 a second for the ten seconds that are read again. */
const MOST_ROWS = 2_000;
/** Reading goes on for so long after the last page was answered: it asks again at once. */
const LINGER_MS = 5_000;
/** A read that fails once is no outage. */
const STALE_AFTER_MS = 3_000;

/** Reads the feed once a second while a page is open, however many there are, and not at all while none is. */
export function createLiveFeed(ports: LiveFeedPorts): LiveFeed {
  const { feed, clock, log } = ports;
  const buffer = createFeedBuffer(ports.processName);
  const closing = new AbortController();
  const held = createHeldRequests(clock);
  let staleSinceMs: number | undefined;

  const read = async (): Promise<void> => {
    const atMs = clock.now();
    try {
      const sinceMs = buffer.nextSinceMs(atMs);
      const options = { limit: MOST_ROWS, isKnown: buffer.isKnown };
      const found = await withDeadline(clock, feed.readSince(sinceMs, options), READ_WITHIN_MS);
      buffer.add({ ...found, atMs });
      if (staleSinceMs !== undefined) log.info('feedReadAgain', { failedMs: atMs - staleSinceMs });
      staleSinceMs = undefined;
      if (found.entries.length > 0) held.wake();
    } catch (error) {
      if (staleSinceMs === undefined) log.warn('feedNotRead', { error: toRelayError(error).code });
      staleSinceMs ??= atMs;
      if (clock.now() - staleSinceMs >= STALE_AFTER_MS) held.wake();
    }
  };
  const reader = createReader(read, () => held.isNeeded(), clock, closing.signal);

  return {
    async next(position, isShown) {
      const leave = held.enter();
      try {
        await reader.start();
        const startedMs = clock.monotonicMs();
        for (let isWoken = false; ; isWoken = true) {
          const { holdMs, ...selection } = buffer.select(position, isShown);
          const restMs = startedMs + holdMs - clock.monotonicMs();
          const isLost = isWoken && staleSinceMs !== undefined;
          if (restMs <= 0 || isLost || closing.signal.aborted) return { ...selection, staleSinceMs };
          await held.wait(restMs);
        }
      } finally {
        leave();
      }
    },
    close() {
      closing.abort();
      held.wake();
    },
  };
}

/** The requests of pages that are being answered. */
function createHeldRequests(clock: Clock) {
  const waiting = new Set<() => void>();
  let count = 0;
  let lastLeftMs = -Infinity;
  return {
    enter() {
      count += 1;
      return () => {
        count -= 1;
        lastLeftMs = clock.monotonicMs();
      };
    },
    isNeeded: () => count > 0 || clock.monotonicMs() - lastLeftMs < LINGER_MS,
    /** Resolves when woken, or after that long. */
    wait: (durationMs: number) =>
      new Promise<void>((resolve) => {
        const end = (): void => {
          cancel();
          waiting.delete(end);
          resolve();
        };
        const cancel = clock.setTimer(durationMs, end);
        waiting.add(end);
      }),
    wake() {
      for (const end of [...waiting]) end();
    },
  };
}

/** Calls `read` once a second while it is needed. */
function createReader(read: () => Promise<void>, isNeeded: () => boolean, clock: Clock, ending: AbortSignal) {
  let first: Promise<void> | undefined;
  const goOn = async (): Promise<void> => {
    for (let startedMs = clock.monotonicMs(); ;) {
      // From start to start: how long a read takes is not waited for on top.
      await clock.sleep(Math.max(startedMs + READ_EVERY_MS - clock.monotonicMs(), PAUSE_MS), ending);
      if (ending.aborted || !isNeeded()) break;
      startedMs = clock.monotonicMs();
      await read();
    }
    first = undefined;
  };
  return {
    /** Resolves when the feed was read since reading began. */
    start(): Promise<void> {
      if (ending.aborted) return Promise.resolve();
      if (first === undefined) {
        first = read();
        void first.then(goOn);
      }
      return first;
    },
  };
}
