import type { z } from 'zod';
import type { AccountRegistry } from '../../accounts/accountRegistry';
import { invalidRequest } from '../../errors/parseOrExplain';
import { accountKey } from '../../invitations/invitationId';
import type { SlotLeaseStore } from '../../relay/slots';
import { toHeartbeat } from '../health/accountCheck';
import type { accountListQuerySchema, accountPageSchema } from './accountAnswers';
import { toAccountView, type AccountView } from './accountView';

export interface ListAccountsPorts {
  readonly accounts: Pick<AccountRegistry, 'freshSlots' | 'listSlot'>;
  readonly leases: Pick<SlotLeaseStore, 'read'>;
}

interface Position {
  readonly slot: number;
  readonly key: string;
}

/**
 * One page of accounts, slot by slot, with their states: one read of all slot rows, and one of each slot whose accounts are not
 * known yet. Errors: `requestInvalid` for a made-up cursor; `storageUnavailable`.
 */
export async function listAccounts(
  { state, limit, cursor }: z.infer<typeof accountListQuerySchema>,
  { accounts, leases }: ListAccountsPorts,
  nowMs: number,
): Promise<z.infer<typeof accountPageSchema>> {
  const from = toPosition(cursor);
  const [rows, slots] = await Promise.all([leases.read({ health: true }), accounts.freshSlots()]);
  const rowOf = new Map(rows.map((row) => [row.slot, row]));
  const page: AccountView[] = [];
  for (const slot of slots) {
    if (from !== undefined && slot < from.slot) continue;
    const row = rowOf.get(slot);
    const heartbeat = row && toHeartbeat(row, nowMs);
    for (const known of await accounts.listSlot(slot)) {
      const key = accountKey(known.account.sipUri);
      if (from?.slot === slot && key <= from.key) continue;
      const view = toAccountView(known, heartbeat, nowMs);
      if (state !== undefined && view.state !== state) continue;
      page.push(view);
      if (page.length === limit) return { accounts: page, cursor: toCursor({ slot, key }) };
    }
  }
  return { accounts: page };
}

function toCursor({ slot, key }: Position): string {
  return Buffer.from(`${slot}.${key}`).toString('base64url');
}

function toPosition(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const [, slot, key] = /^(\d{1,2})\.([0-9a-f]{16})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (slot === undefined || key === undefined)
    throw invalidRequest([{ field: 'cursor', message: 'must be the cursor of the page before, unchanged' }]);
  return { slot: Number(slot), key };
}
