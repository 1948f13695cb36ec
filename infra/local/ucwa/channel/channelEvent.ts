import type { Hal } from '../http/hal';

export interface LinkTarget {
  readonly rel: string;
  readonly href: string;
  readonly title?: string;
}

export interface EventReason {
  readonly code: string;
  readonly subcode?: string;
  readonly message?: string;
}

/** One event and the resource that sends it (UCWA 2.0, "Event channel details"). */
export interface ChannelEvent {
  readonly sender: { readonly rel: string; readonly href: string };
  readonly link: LinkTarget;
  readonly in?: LinkTarget;
  readonly type: 'added' | 'updated' | 'deleted' | 'started' | 'completed';
  readonly status?: 'Success' | 'Failure';
  readonly reason?: EventReason;
  /** Embedded under the link's rel; absent in a link-only event. */
  readonly embedded?: Hal;
  /** For the ledger, also where the event is link-only. */
  readonly state?: string;
}

/** The event as it stands in a sender's `events`. */
function toEventBody(event: ChannelEvent): Hal {
  return {
    link: event.link,
    ...(event.in !== undefined && { in: event.in }),
    ...(event.embedded !== undefined && { _embedded: { [event.link.rel]: event.embedded } }),
    type: event.type,
    ...(event.status !== undefined && { status: event.status }),
    ...(event.reason !== undefined && { reason: event.reason }),
  };
}

/**
 * `sender` of a response: neighbours of one sender share an entry; a sender that speaks again later gets another one,
 * for the order is the channel's.
 */
export function toSenders(events: readonly ChannelEvent[]): Hal[] {
  const senders: { rel: string; href: string; events: Hal[] }[] = [];
  for (const event of events) {
    const last = senders.at(-1);
    if (last?.href === event.sender.href && last.rel === event.sender.rel) last.events.push(toEventBody(event));
    else senders.push({ ...event.sender, events: [toEventBody(event)] });
  }
  return senders;
}
