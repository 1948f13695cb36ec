/**
 * UCWA's resources and event packages as one model, whichever representation (JSON or XML) they came in: what the domain
 * is given by the adapter `ucwa/`. Pure types and accessors.
 *
 * A single link or resource and a list of one are the same thing here: always a list.
 */

export interface Link {
  /** As sent: host-relative or absolute path, or a `data:` URI. Never a promise that it may be followed as it is. */
  readonly href: string;
  readonly title?: string;
}

/** A property's value as sent; XML's `True`/`False` are booleans here, XML lists arrays of strings. */
export type PropertyValue =
  string | number | boolean | null | readonly PropertyValue[] | { readonly [name: string]: PropertyValue };

export interface Resource {
  /** The resource's own rel where it states one, else the key under which it was embedded. */
  readonly rel: string;
  readonly properties: Readonly<Record<string, PropertyValue>>;
  /** By rel without any prefix; `self` included. */
  readonly links: Readonly<Record<string, readonly Link[]>>;
  /** By rel without any prefix. */
  readonly embedded: Readonly<Record<string, readonly Resource[]>>;
}

export interface Reference {
  readonly rel: string;
  readonly href: string;
  readonly title?: string;
}

/** UCWA's `reason`; unknown codes and subcodes are carried verbatim. */
export interface Reason {
  readonly code?: string;
  readonly subcode?: string;
  readonly message?: string;
}

export interface ChannelEvent {
  readonly link: Reference;
  readonly in?: Reference;
  /** added, updated, deleted, started, completed; or whatever came. */
  readonly type: string;
  readonly status?: string;
  readonly reason?: Reason;
  /** What was embedded under the link's rel, if anything was. */
  readonly resource?: Resource;
}

/** A sender's entry, or an event within it, that could not be read as one: kept raw so that nothing is dropped in silence. */
export interface UnreadablePart {
  /** JSON text (or the XML fragment) as it came. */
  readonly raw: string;
  readonly problem: string;
}

export interface Sender {
  readonly rel: string;
  readonly href: string;
  /** In the channel's order. A part that is no event keeps its place. */
  readonly events: readonly (ChannelEvent | UnreadablePart)[];
}

/** The response to one P-GET. The same sender may come several times; the order is the channel's. */
export interface EventPackage {
  readonly next?: string;
  readonly resume?: string;
  readonly resync?: string;
  readonly senders: readonly Sender[];
}

export function isUnreadable(part: ChannelEvent | UnreadablePart): part is UnreadablePart {
  return 'problem' in part;
}

/** A rel without the prefix that some servers put before it (`ms:rtc:saas:audioVideoInvitation` → `audioVideoInvitation`). */
export function bareRel(rel: string): string {
  return rel.slice(rel.lastIndexOf(':') + 1);
}

/** The first link of that rel, if it is there. */
export function linkOf(resource: Resource | undefined, rel: string): Link | undefined {
  return resource?.links[rel]?.[0];
}

/** The first resource embedded under that rel, if it is there. */
export function embeddedOf(resource: Resource | undefined, rel: string): Resource | undefined {
  return resource?.embedded[rel]?.[0];
}
