import { askStream, type AskStreamPorts, type Connection } from './askStream';
import type { StreamEvent } from './parseEvents';

/** All tabs of the console in one browser. */
const NAME = 'ucwa-relay.stream';

/** What the tab that asks shares with the others. */
type Message =
  | { readonly kind: 'events'; readonly events: readonly StreamEvent[] }
  | { readonly kind: 'connection'; readonly connection: Connection }
  /** Of a tab that has just begun to listen. */
  | { readonly kind: 'joined' };

export interface OneTabPorts extends Omit<AskStreamPorts, 'wait'> {
  /** Where the browser has them (secure contexts); without, this tab asks by itself. */
  readonly locks: LockManager | undefined;
}

/** The relay's changes in this tab. */
export interface Feed {
  /** Asks, or listens to the tab that does. Nothing while it runs already. */
  start(): void;
  /** Neither asks nor listens; another tab may ask then. */
  stop(): void;
  /** Asks at once, if this tab is the one that asks. */
  wake(): void;
}

interface Running {
  readonly ended: AbortController;
  readonly channel: BroadcastChannel;
  asks: boolean;
  wakeNow: () => void;
}

/**
 * Of all tabs one asks the relay, so that they cost it one request and the browser one of its six connections; the others hear
 * from it. When it is closed, the next one goes on after the last event that it heard of.
 */
export function createFeed({ locks, ...ports }: OneTabPorts): Feed {
  let lastEventId: string | undefined;
  let connection: Connection = { state: 'starting' };
  let running: Running | undefined;

  const take = (events: readonly StreamEvent[]): void => {
    lastEventId = events.findLast(({ id }) => id !== undefined)?.id ?? lastEventId;
    ports.onEvents(events);
  };
  const setConnection = (next: Connection): void => {
    connection = next;
    ports.onConnection(next);
  };
  const ask = async (self: Running): Promise<void> => {
    const { signal } = self.ended;
    self.asks = true;
    const share = (message: Message): void => {
      if (!signal.aborted) self.channel.postMessage(message);
    };
    const sharing: AskStreamPorts = {
      ...ports,
      onEvents: (events) => {
        take(events);
        share({ kind: 'events', events });
      },
      onConnection: (next) => {
        setConnection(next);
        share({ kind: 'connection', connection: next });
      },
      wait: (ms) => waitOrWake(ms, signal, (wakeNow) => (self.wakeNow = wakeNow)),
    };
    await askStream(lastEventId, sharing, signal);
    self.asks = false;
  };
  const listen = (self: Running, message: Message): void => {
    if (self.asks) {
      if (message.kind === 'joined') self.channel.postMessage({ kind: 'connection', connection } satisfies Message);
    } else if (message.kind === 'events') take(message.events);
    else if (message.kind === 'connection') setConnection(message.connection);
  };
  return {
    start: () => {
      if (running !== undefined) return;
      const self = (running = toRunning(new BroadcastChannel(NAME)));
      const { channel } = self;
      channel.onmessage = ({ data }: MessageEvent<Message>) => listen(self, data);
      if (locks === undefined) void ask(self);
      else void locks.request(NAME, { signal: self.ended.signal }, () => ask(self)).catch(() => undefined);
      channel.postMessage({ kind: 'joined' } satisfies Message);
    },
    stop: () => {
      running?.ended.abort();
      running?.channel.close();
      running = undefined;
      setConnection({ state: 'stopped' });
    },
    wake: () => running?.wakeNow(),
  };
}

function toRunning(channel: BroadcastChannel): Running {
  return { ended: new AbortController(), channel, asks: false, wakeNow: () => undefined };
}

function waitOrWake(ms: number, signal: AbortSignal, onWaiting: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    onWaiting(end);
  });
}
