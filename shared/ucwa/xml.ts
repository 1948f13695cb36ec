import { XMLParser } from 'fast-xml-parser';
import { Unreadable } from './unreadable';

/** An element with its children in document order. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The text directly within, entities decoded. */
  readonly text: string;
}

const ATTRIBUTES = ':@';
const TEXT = '#text';

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
});

/** An element as the parser gives it: its name's key holds its children, `#text` a text, `:@` its attributes. */
type Node = Readonly<Record<string, readonly Node[] | string | Readonly<Record<string, string>>>>;

/** The root element. A document type is refused: UCWA sends none, and entities could be made to grow. Throws Unreadable. */
export function parseXml(text: string): XmlElement {
  if (/<!DOCTYPE/i.test(text)) throw new Unreadable('The XML declares a document type.', text);
  if (!isBalanced(text)) throw new Unreadable('The XML is malformed or cut off.', text);
  const [root] = parseNodes(text).flatMap(toElement);
  if (root === undefined) throw new Unreadable('The XML has no element.', text);
  return root;
}

const NO_ELEMENT = /<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>/gs;
const TAG = /<(\/?)([^\s/<>]+)(?:"[^"]*"|'[^']*'|[^"'<>])*>/g;

/** The parser takes what is cut off for whole, so that is looked at first: one root, and every tag closed in its turn. */
function isBalanced(text: string): boolean {
  const markup = text.replace(NO_ELEMENT, '');
  const open: string[] = [];
  let roots = 0;
  for (const [tag, slash, name = ''] of markup.matchAll(TAG)) {
    if (slash !== '') {
      if (open.pop() !== name) return false;
      continue;
    }
    if (open.length === 0) roots += 1;
    if (!tag.endsWith('/>')) open.push(name);
  }
  return roots === 1 && open.length === 0 && !markup.replace(TAG, '').includes('<');
}

function parseNodes(text: string): readonly Node[] {
  try {
    return parser.parse(text) as readonly Node[];
  } catch {
    throw new Unreadable(
      'The XML is beyond what is taken: nested too deeply, or with a name that is not allowed.',
      text,
    );
  }
}

function toElement(node: Node): XmlElement[] {
  const name = Object.keys(node).find((key) => key !== ATTRIBUTES && key !== TEXT);
  if (name === undefined) return [];
  const content = node[name] as readonly Node[];
  return [
    {
      name,
      attributes: (node[ATTRIBUTES] ?? {}) as Readonly<Record<string, string>>,
      children: content.flatMap(toElement),
      text: content.map(({ [TEXT]: text }) => (typeof text === 'string' ? text : '')).join(''),
    },
  ];
}

/** The element as text again, for what must be handed on raw. */
export function toXml(element: XmlElement): string {
  const attributes = Object.entries(element.attributes).map(([name, value]) => ` ${name}="${escape(value)}"`);
  return `<${element.name}${attributes.join('')}>${escape(element.text)}${element.children.map(toXml).join('')}</${element.name}>`;
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}
