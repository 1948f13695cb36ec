import { createApi, type Api } from '../api/createApi';
import type { KeyStore } from '../api/keyStore';
import type { Feed, OneTabPorts } from '../feed/oneTab';
import type { StreamEvent } from '../feed/parseEvents';
import { applyEvents } from './applyEvents';
import { createLists, type Lists } from './createLists';
import { askAgain, createSignIn, credentialsOf, type SignIn } from './createSignIn';
import { bestServerAhead } from './serverAhead';
import { initialState, type ConsoleState, type Notice } from './state';
import { createStore, type Store } from './store';

/** What the console needs of the browser. */
export interface ConsolePorts {
  readonly fetch: typeof globalThis.fetch;
  readonly keys: KeyStore;
  /** Time of this browser; countdowns use the server's. */
  readonly now: () => number;
  readonly createFeed: (ports: Pick<OneTabPorts, 'request' | 'onEvents' | 'onConnection' | 'now'>) => Feed;
  /** Leaves the page. */
  readonly open: (url: string) => void;
}

/** The console without its views: what is known, and what can be done. */
export interface Console extends SignIn {
  readonly store: Store<ConsoleState>;
  readonly api: Api;
  readonly feed: Feed;
  readonly lists: Lists;
  /** The server's time, in milliseconds since the epoch. */
  now(): number;
  /** Shows a sentence for some seconds. */
  notify(notice: Notice): void;
}

const NOTICE_MS = 6000;

export function createConsole({ fetch, keys, now: browserNow, createFeed, open }: ConsolePorts): Console {
  const store = createStore<ConsoleState>(initialState);
  let serverAheadMs: number | undefined;
  const setServerNow = (serverNowMs: number): void => {
    serverAheadMs = bestServerAhead(serverAheadMs, serverNowMs - browserNow());
  };
  const now = (): number => browserNow() + (serverAheadMs ?? 0);
  const api = createApi({
    base: () => store.get().session?.api ?? '/api',
    credentials: () => credentialsOf(store.get(), keys),
    onUnauthenticated: () => askAgain(store, feed),
    fetch,
  });
  const lists = createLists(store, api, now);
  const takeEvents = (events: readonly StreamEvent[]): void => {
    const { change, serverNowMs, reload } = applyEvents(store.get(), events);
    if (serverNowMs !== undefined) setServerNow(serverNowMs);
    store.set(change);
    // The first answer comes while the lists are being read anyway.
    if (reload === 'everything' && store.get().hasCalls) void lists.reload();
    else if (reload !== undefined) void lists.subscriptions();
  };
  const feed = createFeed({
    now: browserNow,
    request: (lastEventId, signal) =>
      api.request('/stream', { signal, headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId } }),
    onConnection: (connection) => store.set({ connection }),
    onEvents: takeEvents,
  });
  return {
    store,
    api,
    feed,
    lists,
    ...createSignIn({ store, api, keys, feed, lists, fetch, open, onServerNow: setServerNow }),
    now,
    notify: (notice) => {
      store.set({ notice });
      setTimeout(() => {
        if (store.get().notice === notice) store.set({ notice: undefined });
      }, NOTICE_MS);
    },
  };
}
