import type { RelayEvent } from '../events/relayEvent';

/** An event as the feed holds it: small enough for a list. */
export interface FeedEntry {
  /** Unique; the same whenever the event is recorded again. */
  readonly key: string;
  /** When it was recorded (milliseconds since the epoch, by the clock of the process that recorded it). */
  readonly recordedAtMs: number;
  readonly event: RelayEvent;
  /** Time of the call's first event, where it was known. */
  readonly startedAtMs?: number;
}

/** The time index of everything that is recorded. */
export interface Feed {
  /**
   * What was recorded from `sinceMs` on, the earliest first, without what `isKnown` admits. `isWhole` is false when there were
   * more than `limit`, so that some before these may be missing. Errors: `storageUnavailable`.
   */
  readSince(
    sinceMs: number,
    options: { readonly limit: number; readonly isKnown: (key: string) => boolean },
  ): Promise<{ readonly entries: readonly FeedEntry[]; readonly isWhole: boolean }>;
}
