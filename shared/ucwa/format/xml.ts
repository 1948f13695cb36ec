import { readTag } from './xmlTag';
import { decodeEntities } from './xmlEntities';
import { Unreadable } from './unreadable';

/** An element with its children in document order. */
export interface XmlElement {
  /** Without the namespace's prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text directly within, entities decoded. */
  readonly text: string;
}

/** Real bodies nest about ten deep. */
const DEEPEST = 128;
/** A package of five hundred invitations has some ten thousand. */
const MOST_ELEMENTS = 50_000;
/** The same package has some thousand, in the queries of its links: decoding a million would hold the process up. */
const MOST_ENTITIES = 100_000;

interface OpenElement {
  readonly qualifiedName: string;
  readonly element: { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string };
}

/**
 * The root element. What is malformed or cut off is refused, as is a document type: UCWA sends none, and its entities
 * could be made to grow. One pass by `indexOf`, so that the time is linear in the text whatever it is; nothing is parsed
 * beyond 50,000 elements, 100,000 entities or 128 levels. Throws Unreadable.
 */
export function parseXml(text: string): XmlElement {
  const malformed = (): Unreadable => new Unreadable('The XML is malformed or cut off.', text);
  if (hasMoreThan(MOST_ENTITIES, '&', text)) throw new Unreadable('The XML has more entities than are taken.', text);
  const document = { name: '', attributes: {}, children: [] as XmlElement[], text: '' };
  const open: OpenElement[] = [{ qualifiedName: '', element: document }];
  let elements = 0;
  for (let at = 0; at < text.length;) {
    const current = open.at(-1);
    if (current === undefined) throw malformed();
    const markup = text.indexOf('<', at);
    current.element.text += decodeEntities(text.slice(at, markup === -1 ? text.length : markup));
    if (markup === -1) break;
    const other = skipNoElement(text, markup);
    if (other !== undefined) {
      if (other.end === -1) throw malformed();
      current.element.text += other.text;
      at = other.end;
      continue;
    }
    const tag = readTag(text, markup);
    if (tag === undefined) throw malformed();
    at = tag.end;
    if (tag.kind === 'close') {
      if (open.length === 1 || open.pop()?.qualifiedName !== tag.name) throw malformed();
      continue;
    }
    elements += 1;
    if (elements > MOST_ELEMENTS) throw new Unreadable('The XML has more elements than are taken.', text);
    const element = { name: withoutPrefix(tag.name), attributes: tag.attributes, children: [], text: '' };
    current.element.children.push(element);
    if (tag.kind === 'empty') continue;
    if (open.length > DEEPEST) throw new Unreadable('The XML is beyond what is taken: nested too deeply.', text);
    open.push({ qualifiedName: tag.name, element });
  }
  const [root, ...more] = document.children;
  if (open.length > 1 || more.length > 0) throw malformed();
  if (root === undefined) throw new Unreadable('The XML has no element.', text);
  if (document.text.trim() !== '') throw malformed();
  return root;
}

function hasMoreThan(limit: number, mark: string, text: string): boolean {
  let count = 0;
  for (let at = text.indexOf(mark); at !== -1 && count <= limit; at = text.indexOf(mark, at + 1)) count += 1;
  return count > limit;
}

/** Comments, CDATA and processing instructions: what they say as text, and where they end (-1: nowhere). Undefined for a tag. */
function skipNoElement(text: string, at: number): { readonly text: string; readonly end: number } | undefined {
  const until = (opening: string, closing: string): { readonly text: string; readonly end: number } | undefined => {
    if (!text.startsWith(opening, at)) return undefined;
    const end = text.indexOf(closing, at + opening.length);
    return { text: text.slice(at + opening.length, end), end: end === -1 ? -1 : end + closing.length };
  };
  const data = until('<![CDATA[', ']]>');
  if (data !== undefined) return data;
  const silent = until('<!--', '-->') ?? until('<?', '?>');
  if (silent !== undefined) return { ...silent, text: '' };
  if (text.startsWith('<!', at)) throw new Unreadable('The XML declares a document type.', text);
  return undefined;
}

function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** The element as text again, for what must be handed on raw. */
export function toXml(element: XmlElement): string {
  const attributes = Object.entries(element.attributes).map(([name, value]) => ` ${name}="${escape(value)}"`);
  return `<${element.name}${attributes.join('')}>${escape(element.text)}${element.children.map(toXml).join('')}</${element.name}>`;
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}
