import type { AccountSettings } from '../config/settings';
import type { RelayError } from '../errors/relayError';
import type { UcwaSession } from './session';

/**
 * The session of an account whose password cannot be decrypted: it reports why, and everything that is asked of it rejects with
 * that. It sends nothing to any pool.
 */
export function createRefusingSession(account: AccountSettings, problem: RelayError): UcwaSession {
  const refuse = (): Promise<never> => Promise.reject(problem);
  return {
    account,
    displayName: undefined,
    async *packages() {
      await refuse();
    },
    read: refuse,
    post: refuse,
    application: refuse,
    // It reads nothing.
    notPublished: () => undefined,
    health: () => ({
      state: 'cannotSignIn',
      lastPollAtMs: undefined,
      readToEndMs: undefined,
      tokenExpiresAtMs: undefined,
      modalities: [],
      lastError: problem.message,
      disconnectedSinceMs: undefined,
      cutAfterMs: undefined,
    }),
    signOut: refuse,
  };
}
