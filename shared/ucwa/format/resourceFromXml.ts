import { isTooLongHref } from './hrefLimit';
import { bareRel, type Link, type PropertyValue, type Resource } from '../../invitations/resource';
import type { XmlElement } from './xml';

/** What people write: there `True` is a word. */
const FREE_TEXT = new Set(['name', 'subject', 'title', 'message', 'address', 'building', 'city']);

/**
 * A resource from UCWA's XML, the same model as from its JSON: the `href` is the link `self`, the property `rel` its
 * name (the element's `rel` where there is none, which is the key it is embedded under), `True` and `False` booleans.
 */
export function resourceFromXml(element: XmlElement): Resource {
  const key = element.attributes['rel'] ?? '';
  const { rel, ...properties } = Object.fromEntries(element.children.flatMap(toProperty));
  return {
    rel: typeof rel === 'string' && rel !== '' ? rel : key,
    properties,
    links: linksFromXml(element),
    embedded: embeddedFromXml(element),
  };
}

/** The element's own `href` as `self`, then its `link` children. */
export function linksFromXml(element: XmlElement): Record<string, Link[]> {
  const { href } = element.attributes;
  return group([
    ...(href === undefined ? [] : [['self', { href }] as const]),
    ...element.children
      .filter((child) => child.name === 'link')
      .flatMap(({ attributes: { rel, href: target, title } }) => {
        if (rel === undefined || target === undefined || isTooLongHref(target)) return [];
        return [[rel, { href: target, ...(title === undefined ? {} : { title }) }] as const];
      }),
  ]);
}

/** The `resource` children by their `rel`. */
export function embeddedFromXml(element: XmlElement): Record<string, Resource[]> {
  const children = element.children.filter((child) => child.name === 'resource');
  return group(children.map((child) => [child.attributes['rel'] ?? '', resourceFromXml(child)] as const));
}

function toProperty({ name: kind, attributes, text, children }: XmlElement): [string, PropertyValue][] {
  const { name } = attributes;
  if (name === undefined) return [];
  if (kind === 'property') return [[name, toValue(name, text)]];
  if (kind === 'propertyList')
    return [[name, children.filter((child) => child.name === 'item').map((item) => item.text)]];
  return [];
}

function toValue(name: string, text: string): PropertyValue {
  if (FREE_TEXT.has(name)) return text;
  return text === 'True' ? true : text === 'False' ? false : text;
}

/** Lists by rel, without the prefix that some servers put before it; a rel that comes without one counts first. */
function group<Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const [rel, value] of entries) {
    const list = groups.get(rel);
    if (list === undefined) groups.set(rel, [value]);
    else list.push(value);
  }
  const byBareRel = new Map<string, Value[]>();
  for (const [rel, values] of groups) {
    const name = bareRel(rel);
    if (name === rel || !byBareRel.has(name)) byBareRel.set(name, values);
  }
  return Object.fromEntries(byBareRel);
}
