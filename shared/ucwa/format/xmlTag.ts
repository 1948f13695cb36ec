import { decodeEntities } from './xmlEntities';

/** A tag, and where what follows it begins. */
export interface XmlTag {
  readonly kind: 'open' | 'close' | 'empty';
  /** With its namespace's prefix. */
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly end: number;
}

/** No name in UCWA has more than forty characters; a longer one is capped before anything looks at it. */
const LONGEST_NAME = 200;
/** What every object has by that name is not to be overwritten. */
const INHERITED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
/** Elements of UCWA have at most four. */
const MOST_ATTRIBUTES = 64;
const NAME = /[^\s/<>="'&]{1,200}/y;

/** The tag that begins at `at`, which is a `<`. Undefined for what is none, or not whole. Pure; linear. */
export function readTag(text: string, at: number): XmlTag | undefined {
  const isClosing = text[at + 1] === '/';
  const name = nameAt(text, at + (isClosing ? 2 : 1));
  if (name === undefined) return undefined;
  const attributes: Record<string, string> = {};
  let position = at + (isClosing ? 2 : 1) + name.length;
  for (let count = 0; count <= MOST_ATTRIBUTES; count += 1) {
    position = skipSpace(text, position);
    if (text[position] === '>') return { kind: isClosing ? 'close' : 'open', name, attributes, end: position + 1 };
    if (text.startsWith('/>', position))
      return isClosing ? undefined : { kind: 'empty', name, attributes, end: position + 2 };
    const attribute = isClosing ? undefined : readAttribute(text, position);
    if (attribute === undefined) return undefined;
    if (!attribute.name.startsWith('xmlns'))
      attributes[attribute.name.slice(attribute.name.indexOf(':') + 1)] = attribute.value;
    position = attribute.end;
  }
  return undefined;
}

function readAttribute(
  text: string,
  at: number,
): { readonly name: string; readonly value: string; readonly end: number } | undefined {
  const name = nameAt(text, at);
  if (name === undefined) return undefined;
  const equals = skipSpace(text, at + name.length);
  if (text[equals] !== '=') return undefined;
  const start = skipSpace(text, equals + 1);
  const quote = text[start];
  if (quote !== '"' && quote !== "'") return undefined;
  const end = text.indexOf(quote, start + 1);
  return end === -1 ? undefined : { name, value: decodeEntities(text.slice(start + 1, end)), end: end + 1 };
}

/** A name of at most 200 characters; undefined for none, or a longer one. */
function nameAt(text: string, at: number): string | undefined {
  NAME.lastIndex = at;
  const name = NAME.exec(text)?.[0];
  return name === undefined || name.length >= LONGEST_NAME || INHERITED.has(name) ? undefined : name;
}

function skipSpace(text: string, at: number): number {
  let position = at;
  while (text.charCodeAt(position) <= 32) position += 1;
  return position;
}
