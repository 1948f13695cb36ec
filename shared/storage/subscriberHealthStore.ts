import { z } from 'zod';
import { toTableKey } from '../invitations/record/eventKey';
import type { SubscriberHealthStore } from '../webhooks/delivery/subscriberHealth';
import { queryRows, removeRow, replaceRow } from './calls/rows';
import type { Tables } from './tables';
import { fromTextChunks, toTextChunks } from './textChunks';

const TABLE = 'subscriptionHealth';
const PARTITION = 'health';

const rowSchema = z.object({
  state: z.enum(['healthy', 'failing']),
  failingSinceMs: z.number(),
  lastError: z.string(),
  lastErrorAtMs: z.number(),
  isReported: z.boolean(),
});

/** The health of subscribers in table `subscriptionHealth`: one partition, row = subscription. */
export function createSubscriberHealthStore(tables: Tables): SubscriberHealthStore {
  return {
    async readAll() {
      const found = new Map<string, z.infer<typeof rowSchema>>();
      for await (const row of queryRows(tables, TABLE, { filter: `PartitionKey eq '${PARTITION}'` }))
        found.set(row.rowKey, rowSchema.parse(fromTextChunks(row)));
      return found;
    },
    write: (subscriptionId, row) =>
      replaceRow(tables, TABLE, {
        partitionKey: PARTITION,
        rowKey: toTableKey(subscriptionId),
        ...toTextChunks(row),
      }),
    remove: (subscriptionId) => removeRow(tables, TABLE, PARTITION, toTableKey(subscriptionId)),
  };
}
