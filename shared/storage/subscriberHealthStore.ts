import { toTableKey } from '../invitations/record/eventKey';
import {
  subscriberHealthSchema,
  type SubscriberHealthRow,
  type SubscriberHealthStore,
} from '../webhooks/delivery/subscriberHealth';
import { queryRows, removeRow, replaceRow } from './calls/rows';
import type { Tables } from './tables';
import { fromTextChunks, toTextChunks } from './textChunks';

const TABLE = 'subscriptionHealth';
const PARTITION = 'health';

/** The health of subscribers in table `subscriptionHealth`: one partition, row = subscription. */
export function createSubscriberHealthStore(tables: Tables): SubscriberHealthStore {
  return {
    async readAll() {
      const found = new Map<string, SubscriberHealthRow>();
      for await (const row of queryRows(tables, TABLE, { filter: `PartitionKey eq '${PARTITION}'` }))
        found.set(row.rowKey, subscriberHealthSchema.parse(fromTextChunks(row)));
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
