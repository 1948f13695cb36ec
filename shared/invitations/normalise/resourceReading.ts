import type { Link, Resource } from '../resource';

/**
 * Reads single facts from a resource. Every function is total: whatever stands there at run time, it answers the fact
 * or nothing, so that one odd field never costs the event. What is empty is absent.
 */

/** A property as text; numbers are written out, anything else is no text. */
export function textOf(resource: Resource | undefined, name: string): string | undefined {
  return toText(own(resource?.properties, name));
}

/** A property as a boolean; XML and some servers write `True`. */
export function flagOf(resource: Resource | undefined, name: string): boolean | undefined {
  const value = own(resource?.properties, name);
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/** The links of a rel that have an href. */
export function linksOf(resource: Resource | undefined, rel: string): readonly Link[] {
  const links = listOf(own(resource?.links, rel));
  return links.length === 0 ? none : links.filter(hasHref);
}

/** The title of a link; servers send `""` for none. */
export function titleOf(link: Link | undefined): string | undefined {
  return toText(own(link, 'title'));
}

/** The resources embedded under a rel. */
export function embeddedOf(resource: Resource | undefined, rel: string): readonly Resource[] {
  const embedded = listOf(own(resource?.embedded, rel));
  return embedded.length === 0 ? none : embedded.filter(isObject);
}

/** Text that says something: a string that is not empty, or a number. */
export function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** The value of an object's own member; never something inherited. */
export function own(record: unknown, name: string): unknown {
  return typeof record === 'object' && record !== null && Object.hasOwn(record, name)
    ? (record as Record<string, unknown>)[name]
    : undefined;
}

/** A list, or an empty one for whatever is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : none;
}

const none: readonly never[] = [];

function hasHref(link: unknown): link is Link {
  const href = own(link, 'href');
  return typeof href === 'string' && href !== '';
}

function isObject(item: unknown): item is Resource {
  return typeof item === 'object' && item !== null;
}
