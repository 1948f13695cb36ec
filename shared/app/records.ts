import type { Clock } from '../clock';
import type { Settings } from '../config/settings';
import { removeOldCalls } from '../storage/calls/removeOldCalls';
import { removeOldDeliveries } from '../storage/calls/removeOldDeliveries';
import { erasePerson } from '../storage/erasure/erasePerson';
import { mentions } from '../storage/erasure/mentions';
import { removeOlderRecords } from '../storage/retention';
import type { Log } from '../telemetry/log';
import type { Connections } from './connections';

/** Removes from tables and blobs what is older than `RETENTION_DAYS`. Errors: `storageUnavailable`. */
export async function removeExpiredRecords(
  { retentionDays }: Settings,
  { tables, rawBlobs }: Connections,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<void> {
  const beforeMs = clock.now() - retentionDays * 86_400_000;
  const rows =
    (await removeOldCalls(tables, beforeMs)) +
    (await removeOldDeliveries(tables, beforeMs)) +
    (await removeOlderRecords(tables, beforeMs));
  const blobs = await rawBlobs.removeOlder(beforeMs);
  log.info('expiredRecordsRemoved', { rows, blobs, retentionDays });
}

/** Removes from tables and blobs what names that person; the number of rows and blobs. Errors: `storageUnavailable`. */
export async function removePerson({ tables, rawBlobs }: Connections, uri: string): Promise<number> {
  return (await erasePerson(tables, uri)) + (await rawBlobs.removeMatching((text) => mentions(text, uri)));
}
