import { nestsDeeperThan } from './nestsDeeperThan';
import type { PropertyValue } from '../../invitations/resource';
import { Unreadable } from './unreadable';
import { parseXml, type XmlElement } from './xml';

/** A body in whichever of UCWA's two representations it came. */
export type Representation =
  { readonly form: 'json'; readonly value: PropertyValue } | { readonly form: 'xml'; readonly root: XmlElement };

type Form = 'json' | 'xml' | 'html' | 'unknown';

/** Real bodies nest about ten deep. What is kept raw is written as JSON again, which some ten thousand levels would stop. */
const DEEPEST_JSON = 512;

/** What the Content-Type says. HTML (IIS and proxies answer it) is never taken for UCWA's, XHTML included. */
export function formOf(contentType: string): Form {
  const mediaType = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (/^(text\/html|application\/xhtml\+xml)$/.test(mediaType)) return 'html';
  if (/[/+]json$/.test(mediaType)) return 'json';
  if (/[/+]xml$/.test(mediaType)) return 'xml';
  return 'unknown';
}

/**
 * Reads a body by its Content-Type; where that names neither JSON nor XML, by its first character. A byte order mark
 * and junk before the JSON are passed over (seen on real servers). Throws Unreadable.
 */
export function parseRepresentation(text: string, contentType: string): Representation {
  const body = text.replace(/^\uFEFF/, '').trim();
  const form = formOf(contentType);
  if (form === 'html') throw new Unreadable('The answer is an HTML page.', text);
  if (form === 'xml' || (form === 'unknown' && body.startsWith('<'))) return { form: 'xml', root: parseXml(body) };
  return { form: 'json', value: parseJson(body) };
}

/** A package of five hundred invitations has some thirty thousand. */
const MOST_VALUES = 300_000;

/** Whether the text has more than `most` of these characters; those in its texts are counted too. */
function hasMoreThan(most: number, characters: readonly string[], text: string): boolean {
  if (text.length <= most) return false;
  let count = 0;
  for (const character of characters)
    for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) {
      count += 1;
      if (count > most) return true;
    }
  return false;
}

/** Parsing a million values would hold the process up, and fill its memory. */
function parseJson(body: string): PropertyValue {
  if (hasMoreThan(MOST_VALUES, ['{', '[', ','], body))
    throw new Unreadable('The JSON has more values than are taken.', body);
  const start = body.search(/[{[]/);
  for (const candidate of start > 0 ? [body, body.slice(start)] : [body]) {
    let value: PropertyValue;
    try {
      value = JSON.parse(candidate) as PropertyValue;
    } catch {
      continue;
    }
    if (hasMoreThan(DEEPEST_JSON, ['{', '['], candidate) && nestsDeeperThan(DEEPEST_JSON, candidate))
      throw new Unreadable('The JSON is nested too deeply.', body);
    return value;
  }
  throw new Unreadable(body === '' ? 'The answer is empty.' : 'The JSON is malformed or cut off.', body);
}
