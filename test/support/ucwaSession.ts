import { createUcwaSession, type UcwaSessionOptions } from '../../shared/ucwa/createSession';
import { createUcwaHttp } from '../../shared/ucwa/http';
import { createMemoryBudget } from '../../shared/ucwa/channel/memoryBudget';
import type { AccountSettings } from '../../shared/config/settings';
import type { ChannelItem, GapItem, PackageItem, UcwaSession } from '../../shared/ucwa/session';
import type { PasswordTry, RejectedCredentials, StandingTry } from '../../shared/ucwa/signIn/rejectedCredentials';
import { isUnreadable } from '../../shared/invitations/resource';
import type { LogFields } from '../../shared/telemetry/log';
import { createFakeClock, type FakeClock } from './fakeClock';
import { simulatorAccount } from './ucwaSimulator';

/** Tries and rejections kept in memory, as the table keeps them over all processes; `rows` by the account. */
export function memoryRejectedCredentials(): RejectedCredentials & { readonly rows: Map<string, StandingTry> } {
  const rows = new Map<string, StandingTry>();
  let version = 0;
  const put = (sipUri: string, one: PasswordTry): void => {
    rows.set(sipUri, { ...one, etag: String(++version) });
  };
  return {
    rows,
    claim(sipUri, mine) {
      const standing = rows.get(sipUri);
      if (standing === undefined) put(sipUri, mine);
      return Promise.resolve(standing);
    },
    replace(sipUri, mine, etag) {
      if (rows.get(sipUri)?.etag !== etag) return Promise.resolve(false);
      put(sipUri, mine);
      return Promise.resolve(true);
    },
    record(sipUri, rejection) {
      put(sipUri, { ...rejection, state: 'rejected' });
      return Promise.resolve();
    },
    clear: (sipUri) => Promise.resolve(void rows.delete(sipUri)),
  };
}

export interface TestSession {
  readonly session: UcwaSession;
  readonly clock: FakeClock;
  /** What was logged: the level, the event, and its fields. */
  readonly lines: readonly { readonly level: string; readonly event: string; readonly fields: LogFields }[];
  /** Reads the channel in the background until `stop`; every item is acknowledged at once. */
  listen(readUntilMs?: number): Listening;
  close(): Promise<void>;
}

export interface Listening {
  readonly items: readonly ChannelItem[];
  /** Resolves with the first item, come or to come, that matches. */
  item(matches: (item: ChannelItem) => boolean): Promise<ChannelItem>;
  /** Resolves when the channel has ended; rejects with what it threw. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** A session against the discovery root `url`, on a clock of the test's. `random` is 0.5 unless given. */
export function startTestSession(
  url: string,
  options: { readonly account?: Partial<AccountSettings>; readonly clock?: FakeClock } & Partial<
    Omit<UcwaSessionOptions, 'account' | 'clock'>
  > = {},
): TestSession {
  const { account, clock = createFakeClock(), ...rest } = options;
  const http = rest.http ?? createUcwaHttp({ clock });
  const lines: { level: string; event: string; fields: LogFields }[] = [];
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}) =>
      void lines.push({ level, event, fields });
  const session = createUcwaSession({
    account: {
      ...simulatorAccount,
      discoveryUrl: url,
      modalities: ['Audio', 'Video', 'PhoneAudio'],
      signInAs: undefined,
      reportActivity: false,
      ringSeconds: 30,
      ...account,
    },
    allowedHosts: [],
    http,
    clock,
    random: () => 0.5,
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    rejectedCredentials: memoryRejectedCredentials(),
    signingKey: 'a signing key for tests, long enough',
    budget: createMemoryBudget(clock),
    stalls: { stalledMs: () => 0 },
    kinds: ['audioVideo', 'phoneAudio'],
    ...rest,
  });
  const listenings: Listening[] = [];
  return {
    session,
    clock,
    lines,
    listen(readUntilMs) {
      const listening = listenTo(session, readUntilMs);
      listenings.push(listening);
      return listening;
    },
    async close() {
      await Promise.all(listenings.map((listening) => listening.stop()));
      http.close();
    },
  };
}

function listenTo(session: UcwaSession, readUntilMs: number | undefined): Listening {
  const controller = new AbortController();
  const items: ChannelItem[] = [];
  const watchers = new Set<(item: ChannelItem) => void>();
  const ended = (async () => {
    for await (const item of session.packages(controller.signal, { readUntilMs })) {
      items.push(item);
      for (const watch of watchers) watch(item);
    }
  })();
  ended.catch(() => undefined);
  return {
    items,
    ended,
    item: (matches) =>
      new Promise((resolve) => {
        const found = items.find(matches);
        if (found !== undefined) {
          resolve(found);
          return;
        }
        const watch = (item: ChannelItem): void => {
          if (!matches(item)) return;
          watchers.delete(watch);
          resolve(item);
        };
        watchers.add(watch);
      }),
    async stop() {
      controller.abort();
      await ended.catch(() => undefined);
    },
  };
}

/** What a channel brought, in order: `rel type` of each event, `unreadable`, and `gap cause` for holes. */
export function reported(items: readonly ChannelItem[]): string[] {
  return items.flatMap((item) => (item.type === 'gap' ? [`gap ${item.cause}`] : eventsOf(item)));
}

/** `rel type` of each event of a package. */
export function eventsOf({ package: { senders } }: PackageItem): string[] {
  return senders.flatMap(({ events }) =>
    events.map((part) => (isUnreadable(part) ? 'unreadable' : `${part.link.rel} ${part.type}`)),
  );
}

/** Matches the package that carries this event. */
export const carrying =
  (event: string) =>
  (item: ChannelItem): boolean =>
    item.type === 'package' && eventsOf(item).includes(event);

export const isGap = (item: ChannelItem): item is GapItem => item.type === 'gap';
