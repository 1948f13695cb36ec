import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ConnectedCall, ConnectedCalls } from '../invitations/calls/connectedCalls';
import { accountKey } from '../invitations/invitationId';
import { kindNames } from '../invitations/kinds';
import { double, insertRow, readRow, removeRow } from './calls/rows';
import type { Tables } from './tables';

const rowSchema = z.object({
  invitationId: z.string(),
  kind: z.enum(kindNames),
  direction: z.string().exactOptional(),
  threadId: z.string().exactOptional(),
  connectedAtMs: z.number(),
  notBeforeMs: z.number().exactOptional(),
  applicationId: z.string(),
  ack: z.string(),
});

/** Table `connectedCalls`: partition = account, row = conversation. A row lives as long as the call; what is left over, as records do. */
export function createConnectedCalls(tables: Tables): ConnectedCalls {
  const read = async (account: string, conversation: string): Promise<ConnectedCall | undefined> => {
    const row = await readRow(tables, 'connectedCalls', accountKey(account), keyOf(conversation));
    return row && rowSchema.parse(row);
  };
  return {
    read,
    async insert(account, conversation, call) {
      const { connectedAtMs, notBeforeMs, ...texts } = call;
      const isFirst = await insertRow(tables, 'connectedCalls', {
        partitionKey: accountKey(account),
        rowKey: keyOf(conversation),
        ...texts,
        connectedAtMs: double(connectedAtMs),
        ...(notBeforeMs !== undefined && { notBeforeMs: double(notBeforeMs) }),
      });
      return isFirst ? call : ((await read(account, conversation)) ?? call);
    },
    remove: (account, conversation) => removeRow(tables, 'connectedCalls', accountKey(account), keyOf(conversation)),
  };
}

/** A path holds what no key may hold. */
function keyOf(conversation: string): string {
  return createHash('sha256').update(conversation).digest('hex');
}
