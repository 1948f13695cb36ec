import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { RelayAddress } from '../findRelay';
import { requestRelay, toJson } from '../requestRelay';
import { accountCheckSchema, accountPageSchema } from '../../../shared/http/accounts/accountAnswers';

/** What the relay says to a request about accounts. Errors: an Error with the relay's own sentence. */
export interface AccountsApi {
  /** Whether the account is new. */
  put(sipUri: string, body: unknown): Promise<boolean>;
  remove(sipUri: string): Promise<void>;
  check(sipUri: string): Promise<z.infer<typeof accountCheckSchema>>;
  /** All accounts, page by page. */
  list(state: string | undefined): AsyncGenerator<z.infer<typeof accountPageSchema>['accounts']>;
}

/** The relay refuses this request; it would refuse it again. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

const MOST_TRIES = 6;
const DEFAULT_RETRY_SECONDS = 2;
/** A check takes up to 100 seconds. */
const TIMEOUT_MS = 120_000;
const problemSchema = z.object({ detail: z.string() });

/** Requests that the relay puts off (429, 5xx) are sent again when it says so, six times at most. */
export function createAccountsApi(address: RelayAddress): AccountsApi {
  const ask = async (method: string, path: string, body?: unknown): Promise<{ status: number; data: unknown }> => {
    for (let tries = 1; ; tries += 1) {
      const request = { method, body, timeoutMs: TIMEOUT_MS };
      const { status, retryAfter, text } = await requestRelay(address, path, request);
      const data = toJson(text);
      if (status < 300) return { status, data };
      if ((status !== 429 && status < 502) || tries === MOST_TRIES)
        throw new Refusal(problemSchema.safeParse(data).data?.detail ?? `The relay answered ${status}.`);
      // A front end may write a date in place of the seconds.
      await wait(1000 * (Number(retryAfter) || DEFAULT_RETRY_SECONDS));
    }
  };
  const at = (sipUri: string): string => `/accounts/${encodeURIComponent(sipUri)}`;
  return {
    put: async (sipUri, body) => (await ask('PUT', at(sipUri), body)).status === 201,
    async remove(sipUri) {
      await ask('DELETE', at(sipUri));
    },
    check: async (sipUri) => accountCheckSchema.parse((await ask('POST', `${at(sipUri)}/check`)).data),
    async *list(state) {
      let cursor: string | undefined;
      do {
        const query = new URLSearchParams({
          limit: '100',
          ...(state !== undefined && { state }),
          ...(cursor !== undefined && { cursor }),
        });
        const page = accountPageSchema.parse((await ask('GET', `/accounts?${query.toString()}`)).data);
        yield page.accounts;
        cursor = page.cursor;
      } while (cursor !== undefined);
    },
  };
}
