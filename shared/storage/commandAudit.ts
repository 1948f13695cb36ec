import type { CommandSettlement } from '../invitations/commands/command';
import { storageUnavailable } from './translateStorageError';
import type { Tables } from './tables';

export type AuditEntry = CommandSettlement & { readonly id: string; readonly account?: string; readonly atMs: number };

export interface CommandAudit {
  /** Inserts one row; rows are never changed. Errors: `storageUnavailable`. */
  record(entry: AuditEntry): Promise<void>;
}

/** Table `commandAudit`: partition = day (UTC), so that retention removes whole partitions; row = time, then id. */
export function createCommandAudit(tables: Tables): CommandAudit {
  return {
    async record({ id, atMs, ...entry }) {
      const at = new Date(atMs).toISOString();
      try {
        const table = await tables.client('commandAudit');
        await table.createEntity({ partitionKey: at.slice(0, 10), rowKey: `${at}_${id}`, ...entry });
      } catch (error) {
        throw storageUnavailable(error);
      }
    },
  };
}
