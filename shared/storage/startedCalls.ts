import { z } from 'zod';
import type { StartedCalls } from '../invitations/commands/startedCalls';
import { toTableKey } from '../invitations/record/eventKey';
import { insertRow, readRow } from './calls/rows';
import type { Tables } from './tables';

const INVITATION = 'invitation';
const OPERATION = 'operation';

const invitationRow = z.object({ invitationId: z.string() });
const operationRow = z.object({ operationId: z.string() });

/**
 * Table `startedCalls`: partition = operation, row `invitation`: the invitation of its events. Partition = an invitation id that was given
 * out before, row `operation`: the operation.
 */
export function createStartedCalls(tables: Tables): StartedCalls {
  const find = async (operationId: string): Promise<string | undefined> => {
    const row = await readRow(tables, 'startedCalls', toTableKey(operationId), INVITATION);
    return row === undefined ? undefined : invitationRow.parse(row).invitationId;
  };
  return {
    find,
    async record(operationId, invitationId) {
      await insertRow(tables, 'startedCalls', {
        partitionKey: toTableKey(operationId),
        rowKey: INVITATION,
        invitationId,
      });
    },
    async addAlias(invitationId, operationId) {
      await insertRow(tables, 'startedCalls', {
        partitionKey: toTableKey(invitationId),
        rowKey: OPERATION,
        operationId,
      });
    },
    async canonicalId(invitationId) {
      const row = await readRow(tables, 'startedCalls', toTableKey(invitationId), OPERATION);
      const found = row === undefined ? undefined : await find(operationRow.parse(row).operationId);
      return found ?? invitationId;
    },
  };
}
