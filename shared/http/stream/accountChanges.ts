import { z } from 'zod';
import type { Clock } from '../../clock';
import type { Feed, FeedEntry } from '../../invitations/record/feed';
import type { AccountHealth } from '../../relay/accountHealth';
import type { SlotLeaseStore } from '../../relay/slots';
import { toHeartbeat } from '../health/accountCheck';

/** Type of an entry that is about an account. It is on no topic. */
export const ACCOUNT_CHANGED = 'ucwa.account.changed';

/** A heartbeat is written when an account comes into another state, else every 15 s. */
const READ_EVERY_MS = 5_000;

const stateSchema = z.object({
  state: z.string(),
  lastError: z.string().exactOptional(),
  nextTryAt: z.string().exactOptional(),
});

/** What an entry says of its account; nothing for what is none. Pure. */
export function accountStateOf(data: unknown): Partial<z.infer<typeof stateSchema>> {
  return stateSchema.safeParse(data).data ?? {};
}

/**
 * The feed, and in it the accounts that have come into another state. They are read where `GET /accounts` reads them, every five
 * seconds while the feed is read, so that the poller has nothing more to write. What cannot be read is read at the next time.
 */
export function withAccountChanges(
  feed: Feed,
  { leases, clock }: { readonly leases: Pick<SlotLeaseStore, 'read'>; readonly clock: Clock },
): Feed {
  let lastReadMs = -Infinity;
  let states: ReadonlyMap<string, AccountHealth> | undefined;

  const readChanges = async (): Promise<readonly FeedEntry[]> => {
    if (clock.monotonicMs() - lastReadMs < READ_EVERY_MS) return [];
    lastReadMs = clock.monotonicMs();
    const nowMs = clock.now();
    const rows = await leases.read({ health: true }).catch(() => undefined);
    if (rows === undefined) return [];
    const before = states;
    states = new Map(rows.flatMap((row) => [...toHeartbeat(row, nowMs).reported]));
    const changed = [...states].filter(
      ([key, { state }]) => before?.has(key) === true && before.get(key)?.state !== state,
    );
    return changed.map(([, health]) => toEntry(health, nowMs));
  };

  return {
    async readSince(sinceMs, options) {
      const [found, changes] = await Promise.all([feed.readSince(sinceMs, options), readChanges()]);
      return { ...found, entries: [...found.entries, ...changes] };
    },
  };
}

function toEntry({ account, state, lastError, nextTryAtMs }: AccountHealth, nowMs: number): FeedEntry {
  const id = `account-${account}-${String(nowMs)}`;
  const data: z.infer<typeof stateSchema> = {
    state,
    ...(lastError !== undefined && { lastError }),
    ...(nextTryAtMs !== undefined && { nextTryAt: new Date(nextTryAtMs).toISOString() }),
  };
  return {
    key: id,
    recordedAtMs: nowMs,
    event: { id, type: ACCOUNT_CHANGED, account, subject: account, timeMs: nowMs, data },
  };
}
