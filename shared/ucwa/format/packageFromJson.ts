import { asList, asObject, asText } from './json';
import { collectSenders } from './collectSenders';
import { isTooLongHref } from './hrefLimit';
import { onwardLinks } from '../onwardLinks';
import {
  bareRel,
  isUnreadable,
  type ChannelEvent,
  type EventPackage,
  type PropertyValue,
  type Reason,
  type Reference,
  type Resource,
  type Sender,
  type UnreadablePart,
} from '../../invitations/resource';
import { linksFromJson, resourceFromJson } from './resourceFromJson';
import { Unreadable } from './unreadable';

/** An event package from JSON. Throws Unreadable only if there is no package at all; a bad part keeps its place, raw. */
export function packageFromJson(value: PropertyValue, text = JSON.stringify(value)): EventPackage {
  const body = asObject(value);
  if (body === undefined) throw new Unreadable('The event package is not an object.', text);
  const senders = collectSenders(text, (unreadable) =>
    asList(body['sender']).map((sender) => toSender(sender, unreadable)),
  );
  return { senders, ...onwardLinks(linksFromJson(asObject(body['_links']))) };
}

type Unread = (part: UnreadablePart) => UnreadablePart;

function toSender(value: PropertyValue, unread: Unread): Sender {
  const sender = asObject(value);
  if (sender === undefined)
    return { rel: '', href: '', events: [unread(unreadable('A sender is not an object.', value))] };
  return {
    rel: asText(sender['rel']) ?? '',
    href: asText(sender['href']) ?? '',
    events: asList(sender['events']).map((event) => {
      const part = toPart(event);
      return isUnreadable(part) ? unread(part) : part;
    }),
  };
}

function toPart(value: PropertyValue): ChannelEvent | UnreadablePart {
  const event = asObject(value);
  if (event === undefined) return unreadable('An event is not an object.', value);
  const link = toReference(event['link']);
  if (link === undefined) return unreadable('An event names no resource (no link with rel and href).', value);
  const type = asText(event['type']);
  if (type === undefined) return unreadable('An event has no type.', value);
  const within = toReference(event['in']);
  const status = asText(event['status']);
  const reason = toReason(event['reason']);
  try {
    const resource = embeddedUnder(link.rel, event['_embedded']);
    return {
      link,
      ...(within === undefined ? {} : { in: within }),
      type,
      ...(status === undefined ? {} : { status }),
      ...(reason === undefined ? {} : { reason }),
      ...(resource === undefined ? {} : { resource }),
    };
  } catch (error) {
    if (error instanceof Unreadable) return unreadable(error.problem, value);
    throw error;
  }
}

/** Usually the key is the link's rel; on some servers one of the two bears a prefix. */
function embeddedUnder(rel: string, value: PropertyValue | undefined): Resource | undefined {
  const embedded = asObject(value);
  const key = Object.keys(embedded ?? {}).find((name) => bareRel(name) === bareRel(rel));
  const [first] = key === undefined ? [] : asList(embedded?.[key]);
  return first === undefined || key === undefined ? undefined : resourceFromJson(first, key);
}

function toReference(value: PropertyValue | undefined): Reference | undefined {
  const link = asObject(asList(value)[0]);
  const rel = asText(link?.['rel']);
  const href = asText(link?.['href']);
  if (rel === undefined || href === undefined || isTooLongHref(href)) return undefined;
  const title = link?.['title'];
  return { rel, href, ...(typeof title === 'string' ? { title } : {}) };
}

/** `code`, `subcode` and `message` where they are texts; undefined where none is. */
export function toReason(value: PropertyValue | undefined): Reason | undefined {
  const object = asObject(value);
  const named = (['code', 'subcode', 'message'] as const).flatMap((name) => {
    const text = asText(object?.[name]);
    return text === undefined ? [] : [[name, text] as const];
  });
  return named.length === 0 ? undefined : Object.fromEntries(named);
}

function unreadable(problem: string, value: PropertyValue): UnreadablePart {
  return { problem, raw: JSON.stringify(value) };
}
