import { RelayError } from '../../shared/errors/relayError';
import type { RelayEvent } from '../../shared/invitations/events/relayEvent';
import type { Feed, FeedEntry } from '../../shared/invitations/record/feed';

/** A feed in memory that counts how often it is read. */
export interface MemoryFeed extends Feed {
  record(event: RelayEvent, recordedAtMs: number): void;
  reads(): number;
  /** While this is set, no read succeeds: it is refused, or never answered. */
  outage: 'refused' | 'silent' | undefined;
}

export function createMemoryFeed(): MemoryFeed {
  const entries: FeedEntry[] = [];
  let reads = 0;
  const feed: MemoryFeed = {
    outage: undefined,
    reads: () => reads,
    record: (event, recordedAtMs) =>
      void entries.push({ key: `${String(recordedAtMs)}.${event.subject}.${event.id}`, recordedAtMs, event }),
    async readSince(sinceMs, { limit, isKnown }) {
      reads += 1;
      if (feed.outage === 'silent') await new Promise(() => undefined);
      if (feed.outage === 'refused') throw new RelayError('storageUnavailable', 'The storage account does not answer.');
      const inOrder = entries.toSorted((one, other) => one.recordedAtMs - other.recordedAtMs);
      const found = inOrder.filter(({ recordedAtMs }) => recordedAtMs >= sinceMs).slice(-limit);
      const isWhole = found.length < limit || isKnown(found[0]?.key ?? '');
      return { entries: found.filter(({ key }) => !isKnown(key)), isWhole };
    },
  };
  return feed;
}
