import type { Session } from '../api/answers';
import { ApiError, type Api } from '../api/createApi';
import type { KeyStore } from '../api/keyStore';
import type { Feed } from '../feed/oneTab';
import type { Lists } from './createLists';
import { initialState, type ConsoleState } from './state';
import type { Store } from './store';

export interface SignInPorts {
  readonly store: Store<ConsoleState>;
  readonly api: Api;
  readonly keys: KeyStore;
  readonly feed: Feed;
  readonly lists: Lists;
  readonly fetch: typeof globalThis.fetch;
  /** The server's time, from its own mouth: milliseconds since the epoch. */
  readonly onServerNow: (nowMs: number) => void;
  /** Leaves the page. */
  readonly open: (url: string) => void;
}

export interface SignIn {
  /** Asks the relay how one signs in, and shows everything where that is known already. Never rejects. */
  begin(): Promise<void>;
  /** Takes the key that was typed. */
  enterKey(key: string): Promise<void>;
  signOut(): Promise<void>;
}

const BEGIN_AGAIN_MS = 3000;
const SESSION = '/api/console/session';
/** What a form of another site cannot send. */
const OWN_HEADER = { 'x-relay-console': '1' };

/** What shows who calls, as headers: a cookie goes by itself. */
export function credentialsOf({ session }: ConsoleState, keys: KeyStore): Readonly<Record<string, string>> {
  return session?.signIn === 'entra' ? OWN_HEADER : { 'x-functions-key': keys.get() ?? '' };
}

/** After a 401: what is shown stays, and the question comes over it. */
export function askAgain(store: Store<ConsoleState>, feed: Feed): void {
  feed.stop();
  const isEntra = store.get().session?.signIn === 'entra';
  store.set({
    mustSignIn: true,
    signInProblem: isEntra
      ? 'You have been signed out. Sign in again.'
      : 'This key is not accepted (401). Was it renewed?',
  });
}

export function createSignIn({ store, api, keys, feed, lists, fetch, onServerNow, open }: SignInPorts): SignIn {
  const enter = async (): Promise<void> => {
    store.set({ mustSignIn: false, signInProblem: undefined });
    feed.start();
    await lists.reload();
  };
  const begin = async (): Promise<void> => {
    const session = await readSession(fetch);
    if (session === undefined) {
      store.set({ signInProblem: 'The relay cannot be reached. Trying again …' });
      setTimeout(() => void begin(), BEGIN_AGAIN_MS);
      return;
    }
    onServerNow(Date.parse(session.now));
    store.set({ session });
    const isKnown = session.signIn === 'entra' ? session.person !== null : keys.get() !== undefined;
    if (isKnown) await enter();
    else store.set({ mustSignIn: true, signInProblem: session.problem });
  };
  return {
    begin,
    enterKey: async (key) => {
      keys.set(key);
      // One request says whether it is right.
      const isRefused = await api.get('/invitations?limit=1').then(
        () => false,
        (error: unknown) => error instanceof ApiError && error.status === 401,
      );
      if (!isRefused) await enter();
    },
    signOut: async () => {
      const { session } = store.get();
      feed.stop();
      keys.remove();
      if (session?.signIn === 'entra') {
        await fetch(SESSION, { method: 'DELETE', headers: OWN_HEADER }).catch(() => undefined);
        open(session.signOutUrl ?? './');
      } else store.set({ ...initialState, session, mustSignIn: true });
    },
  };
}

/** Undefined where there is no answer. */
async function readSession(fetch: typeof globalThis.fetch): Promise<Session | undefined> {
  try {
    const response = await fetch(SESSION, { cache: 'no-store' });
    return response.ok ? ((await response.json()) as Session) : undefined;
  } catch {
    return undefined;
  }
}
