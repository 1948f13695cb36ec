import { z } from 'zod';
import type { TableClient } from '@azure/data-tables';
import type { Claim, ClaimStore, ClaimSubject, HeldClaim } from '../invitations/commands/claim';
import { commandNames } from '../invitations/commands/command';
import { double } from './calls/rows';
import { storageUnavailable, statusOf } from './translateStorageError';
import type { Tables } from './tables';

const rowSchema = z.object({
  caller: z.string(),
  command: z.enum([...commandNames, 'start']),
  fingerprint: z.string(),
  idempotencyKey: z.string().exactOptional(),
  sessionContext: z.string().exactOptional(),
  invitationState: z.string().exactOptional(),
  invitationId: z.string().exactOptional(),
  claimedAtMs: z.number(),
  state: z.enum(['claimed', 'posting', 'sent']),
});

/**
 * Claims in table `claims`: partition = invitation id, row = what is claimed. The insert decides every race. Errors:
 * `storageUnavailable`.
 */
export function createClaims(tables: Tables): ClaimStore {
  const read = async (invitationId: string, subject: ClaimSubject): Promise<HeldClaim | undefined> => {
    const table = await tables.client('claims');
    try {
      const row = await table.getEntity(invitationId, subject);
      return { claim: rowSchema.parse(row), etag: row.etag };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw storageUnavailable(error);
    }
  };

  return {
    read,
    async insert(invitationId, subject, claim) {
      const table = await tables.client('claims');
      for (;;) {
        try {
          return { etag: etagOf(await table.createEntity(toEntity(invitationId, subject, claim))) };
        } catch (error) {
          if (statusOf(error) !== 409) throw storageUnavailable(error);
        }
        // The holder may have let go between the two calls; then the place is free again.
        const held = await read(invitationId, subject);
        if (held !== undefined) return { held };
      }
    },
    replace: (invitationId, subject, claim, etag) =>
      unlessAnotherWasFirst(tables, async (table) =>
        etagOf(await table.updateEntity(toEntity(invitationId, subject, claim), 'Replace', { etag })),
      ),
    async release(invitationId, subject, etag) {
      await unlessAnotherWasFirst(tables, async (table) => {
        await table.deleteEntity(invitationId, subject, { etag });
      });
    },
  };
}

async function unlessAnotherWasFirst<T>(
  tables: Tables,
  change: (table: TableClient) => Promise<T>,
): Promise<T | undefined> {
  const table = await tables.client('claims');
  try {
    return await change(table);
  } catch (error) {
    const status = statusOf(error);
    if (status === 412 || status === 404) return undefined;
    throw storageUnavailable(error);
  }
}

function toEntity(partitionKey: string, rowKey: ClaimSubject, { claimedAtMs, ...claim }: Claim) {
  return { partitionKey, rowKey, ...claim, claimedAtMs: double(claimedAtMs) };
}

function etagOf(response: { readonly etag?: string }): string {
  return response.etag ?? '*';
}
