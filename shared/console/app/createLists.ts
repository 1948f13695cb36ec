import type { AccountPage, Account, CallPage, HealthCheck, Subscription } from '../api/answers';
import { ApiError, type Api } from '../api/createApi';
import { mergeCalls } from '../calls/mergeCalls';
import type { ConsoleState } from './state';
import type { Store } from './store';

/** What is read as a whole: at the beginning, and where the stream does not know what was missed. */
export interface Lists {
  /** Everything. Never rejects: what cannot be read, for want of a role say, stays as it was. */
  reload(): Promise<void>;
  accounts(): Promise<void>;
  subscriptions(): Promise<void>;
}

/** Of accounts: more than a desk watches. */
const MAX_PAGES = 10;

/** As far back as missed calls are counted. */
const RECENT_MS = 24 * 3_600_000;

/** @param now the server's time, in milliseconds since the epoch. */
export function createLists(store: Store<ConsoleState>, api: Api, now: () => number): Lists {
  const calls = async (): Promise<void> => {
    const since = new Date(now() - RECENT_MS).toISOString();
    const [ringing, recent] = await Promise.all([
      api.get<CallPage>('/invitations?state=active&limit=100'),
      api.get<CallPage>(`/invitations?since=${since}&limit=100`),
    ]);
    store.set({
      calls: mergeCalls(store.get().calls, [...recent.invitations, ...ringing.invitations]),
      hasCalls: true,
    });
  };
  const accounts = async (): Promise<void> => {
    const all: Account[] = [];
    let cursor: string | undefined;
    for (let page = 0; page === 0 || (cursor !== undefined && page < MAX_PAGES); page += 1) {
      const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const answer: AccountPage = await api.get(`/accounts?limit=100${query}`);
      all.push(...answer.accounts);
      cursor = answer.cursor;
    }
    store.set({ accounts: all });
  };
  const subscriptions = async (): Promise<void> => {
    const [{ subscriptions: all }, health] = await Promise.all([
      api.get<{ subscriptions: readonly Subscription[] }>('/webhook-subscriptions'),
      readHealth(api),
    ]);
    store.set({ subscriptions: all, health });
  };
  let running: Promise<unknown> | undefined;
  let again = false;
  return {
    accounts: () => quietly(accounts),
    subscriptions: () => quietly(subscriptions),
    // However often it is asked for meanwhile, it runs once more after the one that runs.
    reload: async () => {
      again = true;
      running ??= (async () => {
        while (again) {
          again = false;
          await Promise.all([quietly(calls), quietly(accounts), quietly(subscriptions)]);
        }
        running = undefined;
      })();
      await running;
    },
  };
}

async function quietly(read: () => Promise<void>): Promise<void> {
  await read().catch(() => undefined);
}

/** How subscribers are, by subscription id: `/health` counts their failures. A relay that is not well answers 503 with the same. */
async function readHealth(api: Api): Promise<ReadonlyMap<string, HealthCheck>> {
  const body: unknown = await api
    .get('/health')
    .catch((error: unknown) => (error instanceof ApiError ? error.problem : {}));
  const { checks = {} } = body as { readonly checks?: Readonly<Record<string, readonly HealthCheck[]>> };
  return new Map(
    Object.entries(checks).flatMap(([name, [check]]) =>
      name.startsWith('webhook:') && check !== undefined ? [[name.slice('webhook:'.length), check] as const] : [],
    ),
  );
}
