// A little over 100 lines: acknowledgement, pending polls and freezing are one state machine, and read best in one piece.
import type { TimerQueue, QueuedTimer } from '../timerQueue';
import type { FaultKind, FaultOf } from '../faults/faultTable';
import type { Hal } from '../http/hal';
import { refusal, text, type Reply } from '../http/reply';
import type { EventRecord } from '../ledger';
import { toSenders, type ChannelEvent } from './channelEvent';
import { defaultPollSettings, type PollSettings } from './pollSettings';
import type { RawPackage } from './rawPackage';

/** Something on its way to the client: an event, or a whole response body. Its records learn their ack from it. */
export type Queued =
  | { readonly event: ChannelEvent; readonly records: readonly EventRecord[] }
  | { readonly raw: RawPackage; readonly records: readonly EventRecord[] };

/** The answer to a pending poll that must be read again, because something about its account has changed. */
export const readAgain = Symbol('look again');

export interface ChannelPorts {
  readonly timerQueue: TimerQueue;
  /** Overrides the clients' own time-outs. */
  readonly pollTimeoutSeconds: number | undefined;
  takeFault<Kind extends FaultKind>(kind: Kind, matches?: (fault: FaultOf<Kind>) => boolean): FaultOf<Kind> | undefined;
  /** Events of lower priority, to go ahead in a package. */
  fillers(count: number): readonly Queued[];
  /** A poll waits for events now. */
  pending(): void;
}

interface Package {
  readonly reply: Reply;
  readonly records: readonly EventRecord[];
  readonly resume: boolean;
}

interface PendingPoll {
  readonly priority: number;
  readonly settle: (answer: Reply | typeof readAgain) => void;
  readonly timeout: QueuedTimer;
}

/** At most so many events go into one response. */
const MAX_PACKAGE_EVENTS = 500;

/**
 * An application's event channel. The package at the current ack stays as it is until its `next` is followed; then it
 * is forgotten for ever. Any other ack is out of order and answered `resync` (UCWA 2.0, "Event channel details").
 */
export class EventChannel {
  settings: PollSettings = defaultPollSettings;
  #ack = 1;
  #queue: Queued[] = [];
  #package: Package | undefined;
  #pending: PendingPoll | undefined;

  constructor(
    private readonly href: string,
    private readonly ports: ChannelPorts,
  ) {}

  /** Where the first package that is not acknowledged is, or will be. */
  get currentHref(): string {
    return this.#hrefOf(this.#ack);
  }

  get hasPendingPoll(): boolean {
    return this.#pending !== undefined;
  }

  /** Puts a group of events on the channel; a pending poll gets all of it in one response. */
  emit(group: readonly Queued[]): void {
    this.#queue.push(...group);
    const pending = this.#takePending();
    if (pending !== undefined) pending.settle(this.#answer());
  }

  /** Answers a P-GET: at once where there is something, else when there is, or its time is over. */
  poll(
    ack: number,
    settings: PollSettings,
    onClosed: (listener: () => void) => void,
  ): Reply | Promise<Reply | typeof readAgain> {
    if (ack === this.#ack + 1 && this.#package !== undefined) this.#acknowledge(this.#package);
    if (ack !== this.#ack) return this.resync(ack);
    this.settings = settings;
    if (this.#package !== undefined || this.#queue.length > 0) return this.#answer();
    if (this.ports.takeFault('emptyWithoutNext') !== undefined)
      return toReply({ _links: { self: { href: this.currentHref } } });
    if (this.ports.takeFault('resume', ({ atOnce }) => atOnce) !== undefined)
      return this.#keep(toReply(this.#body(true, [])), [], true);
    if (this.#pending !== undefined && this.#pending.priority > settings.priority) return replaced();
    this.#takePending()?.settle(replaced());
    return this.#hold(settings, onClosed);
  }

  /** A response without events that leads to the first package not acknowledged. */
  resync(ack = this.#ack): Reply {
    return toReply({ _links: { self: { href: this.#hrefOf(ack) }, resync: { href: this.currentHref } } });
  }

  /** Has the pending poll read the channel again. */
  recheck(): void {
    this.#takePending()?.settle(readAgain);
  }

  /** Nobody can ask for the rest any more. */
  forget(): void {
    for (const { records } of [...this.#queue, ...(this.#package === undefined ? [] : [this.#package])]) {
      for (const record of records) record.forgotten = true;
    }
    this.#queue = [];
    this.#package = undefined;
    this.recheck();
  }

  #hold(settings: PollSettings, onClosed: (listener: () => void) => void): Promise<Reply | typeof readAgain> {
    return new Promise((resolve) => {
      const seconds = this.ports.pollTimeoutSeconds ?? settings.timeout;
      const pending: PendingPoll = {
        priority: settings.priority,
        settle: resolve,
        timeout: this.ports.timerQueue.in(seconds * 1000, () => {
          this.#takePending();
          resolve(this.#freeze([]));
        }),
      };
      this.#pending = pending;
      onClosed(() => {
        if (this.#pending === pending) this.#takePending();
      });
      this.ports.pending();
    });
  }

  #takePending(): PendingPoll | undefined {
    const pending = this.#pending;
    pending?.timeout.cancel();
    this.#pending = undefined;
    return pending;
  }

  #acknowledge(acknowledged: Package): void {
    for (const record of acknowledged.records) record.acknowledged = true;
    this.#package = undefined;
    this.#ack++;
    if (acknowledged.resume) this.settings = defaultPollSettings;
  }

  #answer(): Reply {
    if (this.#package !== undefined) return this.#package.reply;
    const [first] = this.#queue;
    if (first !== undefined && 'raw' in first) {
      this.#queue.shift();
      return this.#freezeRaw(first.raw, first.records);
    }
    const rawAt = this.#queue.findIndex((queued) => 'raw' in queued);
    return this.#freeze(this.#queue.splice(0, Math.min(rawAt < 0 ? this.#queue.length : rawAt, MAX_PACKAGE_EVENTS)));
  }

  #freeze(queued: readonly Queued[]): Reply {
    const many = queued.length > 0 ? this.ports.takeFault('manyEvents') : undefined;
    const all = [...(many === undefined ? [] : this.ports.fillers(many.count - queued.length)), ...queued];
    const resume = queued.length > 0 && this.ports.takeFault('resume') !== undefined;
    const linkOnly = queued.length > 0 && this.ports.takeFault('linkOnly') !== undefined;
    const events = all.flatMap((item) =>
      'event' in item ? [linkOnly ? withoutEmbedded(item.event) : item.event] : [],
    );
    return this.#keep(
      toReply(this.#body(resume, events)),
      all.flatMap((item) => item.records),
      resume,
    );
  }

  #freezeRaw(raw: RawPackage, records: readonly EventRecord[]): Reply {
    const reply = text(
      200,
      raw.contentType,
      raw.toText({ next: this.#hrefOf(this.#ack + 1), current: this.currentHref }),
    );
    if (raw.leadsOn) return this.#keep(reply, records, false);
    for (const record of records) record.ack = this.#ack;
    return reply;
  }

  #keep(reply: Reply, records: readonly EventRecord[], resume: boolean): Reply {
    for (const record of records) record.ack = this.#ack;
    this.#package = { reply, records, resume };
    return reply;
  }

  #body(resume: boolean, events: readonly ChannelEvent[]): Hal {
    const next = { href: this.#hrefOf(this.#ack + 1) };
    const links = { self: { href: this.currentHref }, ...(resume ? { resume: next } : { next }) };
    return events.length === 0 ? { _links: links } : { _links: links, sender: toSenders(events) };
  }

  #hrefOf(ack: number): string {
    return `${this.href}?ack=${ack}`;
  }
}

const toReply = (content: Hal): Reply => ({
  status: 200,
  headers: { 'Cache-Control': 'no-cache' },
  body: { root: 'events', content },
});

const replaced = (): Reply =>
  refusal(409, 'PGetReplaced', 'This P-GET was replaced by another one with the same acknowledgement.');

function withoutEmbedded({ embedded, ...event }: ChannelEvent): ChannelEvent {
  const state = event.state ?? embedded?.['state'];
  return { ...event, ...(typeof state === 'string' && { state }) };
}
