import { z } from 'zod';
import type { SessionHealth } from '../ucwa/session';

/** What a slot's heartbeat says of one account, and `/health` shows. */
export const accountHealthSchema = z.object({
  account: z.string(),
  state: z.string(),
  lastPollAtMs: z.number().optional(),
  tokenExpiresAtMs: z.number().optional(),
  modalities: z.array(z.string()),
  lastError: z.string().optional(),
});
export type AccountHealth = z.infer<typeof accountHealthSchema>;

/** A table property holds 32 Ki characters (Azure Table storage, data model); errors are cut so that some 150 accounts fit. */
const MAX_CHARACTERS = 32_000;
const MAX_ERROR_CHARACTERS = 160;

export function toAccountHealth(account: string, health: SessionHealth): AccountHealth {
  return {
    account,
    state: health.state,
    ...(health.lastPollAtMs === undefined ? {} : { lastPollAtMs: health.lastPollAtMs }),
    ...(health.tokenExpiresAtMs === undefined ? {} : { tokenExpiresAtMs: health.tokenExpiresAtMs }),
    modalities: [...health.modalities],
    ...(health.lastError === undefined ? {} : { lastError: health.lastError.slice(0, MAX_ERROR_CHARACTERS) }),
  };
}

/** The heartbeat's text; where a slot has too many accounts for it, those that are on air are left out first. */
export function encodeSlotHealth(accounts: readonly AccountHealth[]): string {
  const full = JSON.stringify(accounts);
  if (full.length <= MAX_CHARACTERS) return full;
  const troubled = accounts.filter(({ state }) => state !== 'onAir');
  while (JSON.stringify(troubled).length > MAX_CHARACTERS) troubled.pop();
  return JSON.stringify(troubled);
}

/** Empty for anything that another version may have written and this one cannot read. */
export function decodeSlotHealth(text: string | undefined): AccountHealth[] {
  if (text === undefined) return [];
  try {
    const parsed = z.array(accountHealthSchema).safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : [];
  } catch {
    return [];
  }
}
