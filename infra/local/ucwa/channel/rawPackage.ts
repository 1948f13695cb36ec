import type { Hal } from '../http/hal';
import type { EventRecord } from '../ledger';

/** A response body that a test put on the channel as it is. */
export interface RawPackage {
  readonly contentType: string;
  /** Whether a `next`, `resume` or `resync` can be followed; a body without one is served once and then gone. */
  readonly leadsOn: boolean;
  /** The body, its own link on made right. */
  toText(hrefs: { readonly next: string; readonly current: string }): string;
}

/** What a raw body says of its events, for the ledger. */
export type RawEvent = Pick<EventRecord, 'rel' | 'type' | 'href' | 'state'>;

const LINKS_ON = ['next', 'resume', 'resync'] as const;

/**
 * An object is written as JSON, a text goes as it is; in both, the href of `next` and `resume` becomes the right one,
 * that of `resync` the first package not acknowledged. An object with events and none of the three gets a `next`.
 */
export function createRawPackage(body: string | Hal, contentType: string): RawPackage {
  if (typeof body === 'string') {
    return { contentType, leadsOn: inJson.test(body) || inXml.test(body), toText: (hrefs) => mendText(body, hrefs) };
  }
  const leads = LINKS_ON.some((rel) => body._links?.[rel] !== undefined) || eventsOf(body).length > 0;
  return { contentType, leadsOn: leads, toText: (hrefs) => JSON.stringify(leads ? mendObject(body, hrefs) : body) };
}

const inJson = /("(next|resume|resync)"\s*:\s*\{\s*"href"\s*:\s*")[^"]*(")/;
const inXml = /(<link\s+rel="(next|resume|resync)"\s+href=")[^"]*(")/;

function mendText(body: string, hrefs: { readonly next: string; readonly current: string }): string {
  const put = (_: string, before: string, rel: string, after: string): string =>
    before + (rel === 'resync' ? hrefs.current : hrefs.next) + after;
  return body.replace(inJson, put).replace(inXml, put);
}

function mendObject(body: Hal, hrefs: { readonly next: string; readonly current: string }): Hal {
  const links = { ...body._links };
  const present = LINKS_ON.filter((rel) => links[rel] !== undefined);
  for (const rel of present.length > 0 ? present : (['next'] as const))
    links[rel] = { href: rel === 'resync' ? hrefs.current : hrefs.next };
  return { ...body, _links: links };
}

/** The events of a raw body, as far as it looks like a package in JSON or XML. */
export function rawEvents(body: string | Hal): RawEvent[] {
  if (typeof body === 'string' && body.includes('<events')) return xmlEvents(body);
  const events = typeof body === 'string' ? eventsOf(parsed(body)) : eventsOf(body);
  return events.map((event) => {
    const link = record(event['link']);
    const rel = stringOr(link['rel'], 'unknown');
    const state = record(record(event['_embedded'])[rel])['state'];
    return {
      rel,
      type: stringOr(event['type'], 'unknown'),
      href: stringOr(link['href'], ''),
      ...(typeof state === 'string' && { state }),
    };
  });
}

/** Every event element, and the first state stated between it and the next. */
function xmlEvents(body: string): RawEvent[] {
  return body.split(/(?=<(?:added|updated|deleted|started|completed)\s)/).flatMap((part) => {
    const type = /^<(added|updated|deleted|started|completed)\s/.exec(part)?.[1];
    if (type === undefined) return [];
    const [rel, href] = [/\srel="([^"]*)"/, /\shref="([^"]*)"/].map((pattern) => pattern.exec(part)?.[1]);
    const state = /<property name="state">([^<]*)</.exec(part)?.[1];
    return [{ rel: rel ?? 'unknown', type, href: href ?? '', ...(state !== undefined && { state }) }];
  });
}

const eventsOf = (body: unknown): Record<string, unknown>[] =>
  list(record(body)['sender']).flatMap((sender) => list(sender['events']));
const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.map(record) : []);
const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const stringOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // Meant: a test may put anything on the channel.
  }
}
