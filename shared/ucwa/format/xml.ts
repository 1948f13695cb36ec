import { readTag, type XmlTag } from './xmlTag';
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
  if (hasMoreThan(MOST_ENTITIES, '&', text)) throw new Unreadable('The XML has more entities than are taken.', text);
  const tree = new Tree(text);
  for (let at = 0; at < text.length;) {
    const markup = text.indexOf('<', at);
    tree.addText(decodeEntities(text.slice(at, markup === -1 ? text.length : markup)));
    if (markup === -1) break;
    const other = skipNoElement(text, markup);
    if (other === undefined) at = tree.addTag(readTag(text, markup));
    else {
      tree.addText(other.text);
      at = other.end;
    }
  }
  return tree.root();
}

/** The elements so far. Each method throws Unreadable where the text is not well-formed or goes beyond a limit. */
class Tree {
  readonly #document = { name: '', attributes: {}, children: [] as XmlElement[], text: '' };
  readonly #open: OpenElement[] = [{ qualifiedName: '', element: this.#document }];
  #elements = 0;

  constructor(private readonly source: string) {}

  addText(text: string): void {
    this.#current().element.text += text;
  }

  /** Where the tag ends in the text. */
  addTag(tag: XmlTag | undefined): number {
    if (tag === undefined) throw malformed(this.source);
    if (tag.kind === 'close') {
      if (this.#open.length === 1 || this.#open.pop()?.qualifiedName !== tag.name) throw malformed(this.source);
      return tag.end;
    }
    this.#elements += 1;
    if (this.#elements > MOST_ELEMENTS) throw new Unreadable('The XML has more elements than are taken.', this.source);
    const element = { name: withoutPrefix(tag.name), attributes: tag.attributes, children: [], text: '' };
    this.#current().element.children.push(element);
    if (tag.kind === 'empty') return tag.end;
    if (this.#open.length > DEEPEST)
      throw new Unreadable('The XML is beyond what is taken: nested too deeply.', this.source);
    this.#open.push({ qualifiedName: tag.name, element });
    return tag.end;
  }

  /** The one element that is not within another, once the text is read. */
  root(): XmlElement {
    const [root, ...more] = this.#document.children;
    if (this.#open.length > 1 || more.length > 0) throw malformed(this.source);
    if (root === undefined) throw new Unreadable('The XML has no element.', this.source);
    if (this.#document.text.trim() !== '') throw malformed(this.source);
    return root;
  }

  #current(): OpenElement {
    const current = this.#open.at(-1);
    if (current === undefined) throw malformed(this.source);
    return current;
  }
}

function malformed(text: string): Unreadable {
  return new Unreadable('The XML is malformed or cut off.', text);
}

function hasMoreThan(limit: number, mark: string, text: string): boolean {
  let count = 0;
  for (let at = text.indexOf(mark); at !== -1 && count <= limit; at = text.indexOf(mark, at + 1)) count += 1;
  return count > limit;
}

/** Comments, CDATA and processing instructions: what they say as text, and where they end. Undefined for a tag. */
function skipNoElement(text: string, at: number): { readonly text: string; readonly end: number } | undefined {
  const until = (opening: string, closing: string): { readonly text: string; readonly end: number } | undefined => {
    if (!text.startsWith(opening, at)) return undefined;
    const end = text.indexOf(closing, at + opening.length);
    if (end === -1) throw malformed(text);
    return { text: text.slice(at + opening.length, end), end: end + closing.length };
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
