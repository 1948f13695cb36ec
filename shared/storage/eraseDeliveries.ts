import type { TableClient } from '@azure/data-tables';
import { toTableKey } from './deliveryKeys';
import { fromLogRow, LOG } from './logRows';
import { toTextChunks } from './textChunks';
import { statusOf } from './translateStorageError';

/** What is to go: the deliveries of these invitations, and those whose text (an answer of a subscriber) names the person. */
export interface Erasure {
  readonly names: (text: string) => boolean;
  readonly invitations: ReadonlySet<string>;
}

/**
 * Erases from table `deliveries`, where a row holds the attempts of several deliveries: it is written again without those
 * that are concerned. Counts stay. Answers how many attempts there were. May be stopped and run again;
 * a row that someone else is changing at this moment is left to the next run. Errors: those of the SDK.
 */
export async function eraseDeliveries(table: TableClient, { names, invitations }: Erasure): Promise<number> {
  const invitationKeys = new Set([...invitations].map(toTableKey));
  let erased = 0;
  for await (const row of table.listEntities({
    queryOptions: { filter: `RowKey ge '${LOG}' and RowKey lt '${LOG}~'` },
  })) {
    const entries = fromLogRow(row);
    const left = entries.filter(
      (entry) =>
        !invitationKeys.has(toTableKey(entry.subject)) &&
        !Object.values(entry).some((value) => typeof value === 'string' && names(value)),
    );
    if (left.length === entries.length) continue;
    const [partitionKey, rowKey] = [row.partitionKey ?? '', row.rowKey ?? ''];
    try {
      if (left.length === 0) await table.deleteEntity(partitionKey, rowKey, { etag: row.etag });
      else await table.updateEntity({ partitionKey, rowKey, ...toTextChunks(left) }, 'Replace', { etag: row.etag });
      erased += entries.length - left.length;
    } catch (error) {
      if (statusOf(error) !== 404 && statusOf(error) !== 412) throw error;
    }
  }
  return erased;
}
