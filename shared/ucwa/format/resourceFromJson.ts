import { isTooLongHref } from './hrefLimit';
import { asList, asObject, asText, type JsonObject } from './json';
import { bareRel, type Link, type PropertyValue, type Resource } from '../../invitations/resource';
import { Unreadable } from './unreadable';

/** Real resources nest three deep. */
const DEEPEST = 16;

/**
 * A resource from UCWA's JSON: `_links` and `_embedded` apart, `rel` its name (the key it was embedded under where it
 * states none), the rest properties as they came. Throws Unreadable for what is no object or nests beyond reason.
 */
export function resourceFromJson(value: PropertyValue, key = '', depth = 0): Resource {
  const object = asObject(value);
  if (object === undefined) throw new Unreadable('A resource is not an object.', JSON.stringify(value));
  if (depth > DEEPEST) throw new Unreadable('Resources are nested too deeply.', JSON.stringify(value));
  const { rel, _links, _embedded, ...properties } = object;
  return {
    rel: asText(rel) ?? key,
    properties,
    links: linksFromJson(asObject(_links)),
    embedded: byBareRel(asObject(_embedded), (embedded, name) =>
      asList(embedded).map((each) => resourceFromJson(each, name, depth + 1)),
    ),
  };
}

/** `_links` as lists; an entry without an href links nothing and is passed over. */
export function linksFromJson(links: JsonObject | undefined): Record<string, Link[]> {
  return byBareRel(links, (value) =>
    asList(value)
      .map(toLink)
      .filter((link) => link !== undefined),
  );
}

/** Lists by rel, without the prefix that some servers put before it; a rel that comes without one counts first. */
function byBareRel<Item>(
  from: JsonObject | undefined,
  toList: (value: PropertyValue | undefined, rel: string) => Item[],
): Record<string, Item[]> {
  const lists: Record<string, Item[]> = {};
  for (const rel in from) {
    const name = bareRel(rel);
    if (name === '__proto__' || (name !== rel && Object.hasOwn(lists, name))) continue;
    const list = toList(from[rel], rel);
    if (list.length > 0) lists[name] = list;
  }
  return lists;
}

function toLink(value: PropertyValue): Link | undefined {
  const link = asObject(value);
  const href = asText(link?.['href']);
  if (href === undefined || isTooLongHref(href)) return undefined;
  const title = link?.['title'];
  return typeof title === 'string' ? { href, title } : { href };
}
