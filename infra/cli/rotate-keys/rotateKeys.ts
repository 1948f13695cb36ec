import type { AccountTable } from '../../../shared/accounts/accountRecord';
import { reencryptAccount } from '../../../shared/accounts/reencryptAccount';
import { SLOT_COUNT } from '../../../shared/relay/slots';
import type { SecretCipher } from '../../../shared/secretCipher';
import { reencryptSubscription } from '../../../shared/webhooks/subscriptions/subscriptionSecrets';
import type { SubscriptionStore } from '../../../shared/webhooks/subscriptions/subscriptionStore';
import { createProgressBar } from '../progressBar';

export interface RotateKeysPorts {
  readonly table: AccountTable;
  readonly subscriptions: Pick<SubscriptionStore, 'list' | 'update'>;
  readonly cipher: SecretCipher;
}

export interface RotatedKeys {
  readonly accounts: number;
  readonly subscriptions: number;
  /** What could not be decrypted with any key, and why. */
  readonly failed: readonly { readonly what: string; readonly reason: string }[];
}

/** So many accounts at once. */
const AT_ONCE = 8;

/** Encrypts every password and every subscription's secrets under the first key; may be stopped and run again at any time. */
export async function rotateKeys({ table, subscriptions, cipher }: RotateKeysPorts): Promise<RotatedKeys> {
  const slots = Array.from({ length: SLOT_COUNT }, (_, slot) => slot);
  const records = (await Promise.all(slots.map((slot) => table.readSlot(slot)))).flat();
  const stored = await subscriptions.list();
  const bar = createProgressBar(records.length + stored.length, 'looked at');
  const failed: { what: string; reason: string }[] = [];
  let [accounts, changed] = [0, 0];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failed.push({ what, reason: error instanceof Error ? error.message : String(error) });
    }
    bar.advance();
  };
  const waiting = records.values();
  const rotateAccounts = async (): Promise<void> => {
    for (const { sipUri } of waiting)
      await attempt(sipUri, async () => {
        if (await reencryptAccount(sipUri, table, cipher)) accounts += 1;
      });
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, rotateAccounts));
    for (const { id } of stored)
      await attempt(id, async () => {
        const done: unknown[] = [];
        await subscriptions.update(id, (current) => {
          const now = reencryptSubscription(current, cipher);
          if (now !== undefined) done.push(now);
          return now;
        });
        if (done.length > 0) changed += 1;
      });
  } finally {
    bar.end();
  }
  return { accounts, subscriptions: changed, failed };
}
