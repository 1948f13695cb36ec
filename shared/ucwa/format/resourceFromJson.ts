import { isTooLongHref } from './hrefLimit';
import { asList, asObject, asText, type JsonObject } from './json';
import type { Link, PropertyValue, Resource } from '../../invitations/resource';
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
    embedded: Object.fromEntries(
      Object.entries(asObject(_embedded) ?? {}).map(([name, embedded]) => [
        name,
        asList(embedded).map((each) => resourceFromJson(each, name, depth + 1)),
      ]),
    ),
  };
}

/** `_links` as lists; an entry without an href links nothing and is passed over. */
export function linksFromJson(links: JsonObject | undefined): Record<string, Link[]> {
  const lists: [string, Link[]][] = [];
  for (const [rel, value] of Object.entries(links ?? {})) {
    const list = asList(value)
      .map(toLink)
      .filter((link) => link !== undefined);
    if (list.length > 0) lists.push([rel, list]);
  }
  return Object.fromEntries(lists);
}

function toLink(value: PropertyValue): Link | undefined {
  const link = asObject(value);
  const href = asText(link?.['href']);
  if (href === undefined || isTooLongHref(href)) return undefined;
  const title = link?.['title'];
  return typeof title === 'string' ? { href, title } : { href };
}
