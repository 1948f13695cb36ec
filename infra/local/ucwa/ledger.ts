import type { Clock } from '../../../shared/clock';

/** One event that the simulator has put on a channel. */
export interface EventRecord {
  readonly account: string;
  readonly application: string;
  /** Of the package that carries it; null until it is in one. */
  ack: number | null;
  readonly rel: string;
  readonly type: string;
  readonly href: string;
  /** The resource's state at that moment, where it has one. */
  readonly state?: string;
  /** ISO 8601. */
  readonly at: string;
  /** Whether the client has followed the package's `next`. */
  acknowledged: boolean;
  /** The application went away before the event was acknowledged: nobody can ask for it again. */
  forgotten?: true;
}

/** A request that acts on an invitation, or starts one. */
export interface CommandRecord {
  readonly account: string;
  readonly method: string;
  readonly href: string;
  /** The link's rel: acceptWithAnswer, decline, cancel, startPhoneAudio … */
  readonly action: string;
  readonly body?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** What the simulator answered, before any fault damaged the answer. */
  readonly status: number;
  readonly at: string;
}

/** A request that makes, changes or ends an application: createApplication, makeMeAvailable, reportMyActivity … */
export type LifecycleRecord = CommandRecord;

export interface TokenRequestRecord {
  readonly username?: string;
  readonly grant: string;
  readonly host: string;
  readonly status: number;
  readonly at: string;
}

type Listener<Item> = (item: Item) => void;

/** Everything that went out and came in, in order: what loss and repetition are counted against. Holds no password. */
export class Ledger {
  readonly events: EventRecord[] = [];
  readonly commands: CommandRecord[] = [];
  readonly lifecycle: LifecycleRecord[] = [];
  readonly tokenRequests: TokenRequestRecord[] = [];
  readonly #clock: Clock;
  readonly #eventListeners = new Set<Listener<EventRecord>>();
  readonly #commandListeners = new Set<Listener<CommandRecord>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  addEvent(event: Pick<EventRecord, 'account' | 'application' | 'rel' | 'type' | 'href' | 'state'>): EventRecord {
    const record: EventRecord = { ...event, ack: null, at: this.#now(), acknowledged: false };
    this.events.push(record);
    for (const listener of [...this.#eventListeners]) listener(record);
    return record;
  }

  addCommand(command: Omit<CommandRecord, 'at'>): void {
    const record = { ...command, at: this.#now() };
    this.commands.push(record);
    for (const listener of [...this.#commandListeners]) listener(record);
  }

  addLifecycle(request: Omit<LifecycleRecord, 'at'>): void {
    this.lifecycle.push({ ...request, at: this.#now() });
  }

  addTokenRequest(request: Omit<TokenRequestRecord, 'at'>): void {
    this.tokenRequests.push({ ...request, at: this.#now() });
  }

  /** Tells of every event from now on; answers how to stop. */
  onEvent(listener: Listener<EventRecord>): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Tells of every command from now on; answers how to stop. */
  onCommand(listener: Listener<CommandRecord>): () => void {
    this.#commandListeners.add(listener);
    return () => this.#commandListeners.delete(listener);
  }

  #now(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
