import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import type { SessionHealth } from '../ucwa/session';

/** What a slot's heartbeat says of one account. */
const accountHealthSchema = z.object({
  account: z.string(),
  state: z.string(),
  lastPollAtMs: z.number().optional(),
  /** For the next owner of the slot, see slotHistory.ts. */
  readToEndMs: z.number().optional(),
  tokenExpiresAtMs: z.number().optional(),
  modalities: z.array(z.string()),
  lastError: z.string().optional(),
  connectedSinceMs: z.number().optional(),
  disconnectedSinceMs: z.number().optional(),
  nextTryAtMs: z.number().optional(),
  cutAfterMs: z.number().optional(),
});
export type AccountHealth = z.infer<typeof accountHealthSchema>;

/** What a heartbeat says of a slot. */
const slotHealthSchema = z.object({
  accounts: z.array(accountHealthSchema),
  /** The state of those that it does not name, where there are too many for one heartbeat. */
  others: z.enum(['connected', 'notReported']).optional(),
});
export type SlotHealthReport = z.infer<typeof slotHealthSchema>;

/**
 * All slots go in one transaction of at most 4 MiB, in Base64 (Azure Table storage, "Performing entity group transactions"):
 * this is a 64th of that, and less than the 64 KiB of a binary property. It holds some 400 accounts with long addresses, or
 * 1,000 with usual ones.
 */
export const MAX_SLOT_HEALTH_BYTES = 45_000;
/** Tried again with so much less each time, where it did not fit. */
const SHRINKING = 0.9;

export function toAccountHealth(account: string, health: SessionHealth): AccountHealth {
  return {
    account,
    state: health.state,
    lastPollAtMs: health.lastPollAtMs,
    readToEndMs: health.readToEndMs,
    tokenExpiresAtMs: health.tokenExpiresAtMs,
    modalities: [...health.modalities],
    connectedSinceMs: health.connectedSinceMs,
    disconnectedSinceMs: health.disconnectedSinceMs,
    nextTryAtMs: health.nextTryAtMs,
    cutAfterMs: health.cutAfterMs,
    lastError: health.lastError,
  };
}

/** The heartbeat's bytes: compressed JSON. Where a slot has too many accounts for it, those that are connected are left out first. */
export function encodeSlotHealth(accounts: readonly AccountHealth[]): Uint8Array {
  const troubled = accounts.filter(({ state }) => state !== 'connected');
  const inOrder = [...troubled, ...accounts.filter(({ state }) => state === 'connected')];
  for (let count = inOrder.length; ; count = Math.floor(count * SHRINKING)) {
    const others = count === inOrder.length ? undefined : count >= troubled.length ? 'connected' : 'notReported';
    const bytes = deflateRawSync(
      JSON.stringify({ accounts: inOrder.slice(0, count), others } satisfies {
        [Field in keyof SlotHealthReport]: unknown;
      }),
      // A tenth longer than by the default level, in a quarter of its time: 64 slots are written every 15 seconds.
      { level: constants.Z_BEST_SPEED },
    );
    if (bytes.length <= MAX_SLOT_HEALTH_BYTES) return bytes;
  }
}

/** Says nothing of any account for what another version may have written and this one cannot read. */
export function decodeSlotHealth(bytes: Uint8Array | undefined): SlotHealthReport {
  if (bytes === undefined) return { accounts: [] };
  try {
    const parsed = slotHealthSchema.safeParse(JSON.parse(inflateRawSync(bytes).toString()));
    return parsed.success ? parsed.data : { accounts: [] };
  } catch {
    return { accounts: [] };
  }
}
