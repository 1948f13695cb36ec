import { createProgressBar } from '../progressBar';
import { Refusal, type AccountsApi } from './accountsApi';
import type { FileAccount, RefusedLine } from './readAccounts';

/** So many requests are under way at once: the relay takes 50 a second of one caller. */
const AT_ONCE = 8;

export interface Imported {
  readonly added: number;
  /** Were there, and are now as the file says. */
  readonly replaced: number;
  readonly refused: readonly RefusedLine[];
}

/** Sends the accounts to the relay, several at once, with a progress bar. Rejects where the relay cannot be reached. */
export async function importAccounts(
  accounts: readonly FileAccount[],
  api: Pick<AccountsApi, 'put'>,
): Promise<Imported> {
  const bar = createProgressBar(accounts.length, 'imported');
  const refused: RefusedLine[] = [];
  let added = 0;
  let replaced = 0;
  const waiting = accounts.values();
  const work = async (): Promise<void> => {
    for (const { line, sipUri, body } of waiting) {
      try {
        if (await api.put(sipUri, body)) added += 1;
        else replaced += 1;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refused.push({ line, sipUri, reason: error.message });
      }
      bar.advance();
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    bar.end();
  }
  return { added, replaced, refused };
}
