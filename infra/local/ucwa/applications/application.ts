import { randomInt, randomUUID } from 'node:crypto';
import type { ChannelEvent } from '../channel/channelEvent';
import { EventChannel, type ChannelPorts, type Queued } from '../channel/eventChannel';
import type { RawEvent, RawPackage } from '../channel/rawPackage';
import type { Ledger } from '../ledger';

/** What `POST applications` gives (each at most 100 characters). */
export interface ApplicationRequest {
  readonly userAgent: string;
  readonly endpointId: string;
  readonly culture: string;
}

/** What makeMeAvailable registered. */
export interface Availability {
  readonly modalities: readonly string[];
  readonly messageFormats: readonly string[];
  /** The telephone on which the user wishes to be reached, as it was given. */
  readonly phoneNumber?: string | undefined;
}

/** One signed-in endpoint of a user: its channel and what it registered. Costs no timer of its own. */
export class Application {
  /** Numeric text, never one that an earlier simulator used: consumers may remember what they saw. */
  readonly id = String(randomInt(10 ** 10, 10 ** 12));
  readonly path = `/ucwa/oauth/v1/applications/${this.id}`;
  readonly communicationPath = `${this.path}/communication`;
  readonly channel: EventChannel;
  availability: Availability | undefined;
  /** When the client was last heard of: milliseconds since the epoch. */
  lastSeenMs: number;
  /** The property that a PUT of `communication` must echo, and the etag that goes with it. */
  readonly communicationKey = randomUUID();
  communicationEtag = randomInt(2 ** 31);
  #hasLeft = false;

  constructor(
    readonly account: string,
    readonly request: ApplicationRequest,
    nowMs: number,
    ports: Omit<ChannelPorts, 'fillers'>,
    private readonly ledger: Ledger,
  ) {
    this.lastSeenMs = nowMs;
    this.channel = new EventChannel(`${this.path}/events`, { ...ports, fillers: (count) => this.#fillers(count) });
  }

  /** Emits a group of events, which go out in one response if a poll is waiting. */
  emit(group: readonly ChannelEvent[]): void {
    if (this.#hasLeft) return;
    this.channel.emit(group.map((event) => this.#queued(event)));
  }

  /** Puts a whole response body on the channel; what it says of its events goes to the ledger. */
  emitRaw(raw: RawPackage, events: readonly RawEvent[]): void {
    const records = events.map((event) =>
      this.ledger.addEvent({ account: this.account, application: this.id, ...event }),
    );
    this.channel.emit([{ raw, records }]);
  }

  /** It is gone: what the channel still held is forgotten, and its calls have nowhere to tell of anything. */
  leave(): void {
    this.#hasLeft = true;
    this.channel.forget();
  }

  #queued(event: ChannelEvent): Queued {
    const state = event.state ?? event.embedded?.['state'];
    const record = this.ledger.addEvent({
      account: this.account,
      application: this.id,
      rel: event.link.rel,
      type: event.type,
      href: event.link.href,
      ...(typeof state === 'string' && { state }),
    });
    return { event, records: [record] };
  }

  /** Presence of contacts: the kind of event that crowds a channel. */
  #fillers(count: number): Queued[] {
    return Array.from({ length: Math.max(0, count) }, (_, index) => {
      const contact = `${this.path}/people/colleague${index}@contoso.com`;
      return this.#queued({
        sender: { rel: 'people', href: `${this.path}/people` },
        link: { rel: 'contactPresence', href: `${contact}/presence` },
        in: { rel: 'contact', href: contact },
        type: 'updated',
      });
    });
  }
}
