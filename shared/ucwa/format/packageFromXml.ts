import { collectSenders } from './collectSenders';
import { isTooLongHref } from './hrefLimit';
import { onwardLinks } from '../onwardLinks';
import { toReason } from './packageFromJson';
import {
  bareRel,
  isUnreadable,
  type ChannelEvent,
  type EventPackage,
  type Reference,
  type Resource,
  type Sender,
  type UnreadablePart,
} from '../../invitations/resource';
import { embeddedFromXml, linksFromXml } from './resourceFromXml';
import { Unreadable } from './unreadable';
import { toXml, type XmlElement } from './xml';

/** An event package from XML, the same model as from JSON. Throws Unreadable if the root is no `events`. */
export function packageFromXml(root: XmlElement, text = ''): EventPackage {
  if (root.name !== 'events') throw new Unreadable(`The XML is a ${root.name}, not an event package.`, toXml(root));
  const senders = root.children.filter((child) => child.name === 'sender');
  const read = collectSenders(text, (unread) =>
    senders.map((sender) => {
      const { rel, href, events } = toSender(sender);
      return { rel, href, events: events.map((part) => (isUnreadable(part) ? unread(part) : part)) };
    }),
  );
  return { senders: read, ...onwardLinks(linksFromXml(root)) };
}

function toSender({ attributes, children }: XmlElement): Sender {
  return { rel: attributes['rel'] ?? '', href: attributes['href'] ?? '', events: children.map(toPart) };
}

/** The element's name is the event's type; the resource it is about is in its attributes. */
function toPart(element: XmlElement): ChannelEvent | UnreadablePart {
  const link = toReference(element);
  if (link === undefined) return { problem: 'An event names no resource (no rel and href).', raw: toXml(element) };
  const child = (name: string): XmlElement | undefined => element.children.find((each) => each.name === name);
  const within = child('in');
  const inReference = within === undefined ? undefined : toReference(within);
  const status = element.attributes['status'] ?? child('status')?.text;
  const reason = child('reason');
  const reasonFound = reason === undefined ? undefined : reasonFromXml(reason);
  const resource = embeddedUnder(link.rel, element);
  return {
    link,
    ...(inReference === undefined ? {} : { in: inReference }),
    type: element.name,
    ...(status === undefined ? {} : { status }),
    ...(reasonFound === undefined ? {} : { reason: reasonFound }),
    ...(resource === undefined ? {} : { resource }),
  };
}

function embeddedUnder(rel: string, element: XmlElement): Resource | undefined {
  return embeddedFromXml(element)[bareRel(rel)]?.[0];
}

function toReference({ attributes: { rel, href, title } }: XmlElement): Reference | undefined {
  return rel === undefined || href === undefined || isTooLongHref(href)
    ? undefined
    : { rel, href, ...(title === undefined ? {} : { title }) };
}

/** `<reason><code/><subcode/><message/></reason>`. */
export function reasonFromXml(element: XmlElement): ReturnType<typeof toReason> {
  return toReason(Object.fromEntries(element.children.map((child) => [child.name, child.text])));
}
