import type { AccountAudit } from '../accounts/accountAudit';
import { insertRow } from './calls/rows';
import type { Tables } from './tables';

/** Table `accountAudit`: partition = day (UTC), so that retention removes whole partitions; row = time, then id. */
export function createAccountAudit(tables: Tables): AccountAudit {
  return {
    async record({ id, atMs, fields, ...entry }) {
      const at = new Date(atMs).toISOString();
      await insertRow(tables, 'accountAudit', {
        partitionKey: at.slice(0, 10),
        rowKey: `${at}_${id}`,
        ...entry,
        fields: fields.join(),
      });
    },
  };
}
