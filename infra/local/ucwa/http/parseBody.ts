import { formOf } from '../../../../shared/ucwa/format/representation';
import { parseXml, type XmlElement } from '../../../../shared/ucwa/format/xml';
import { parseJson } from './parseJson';

/**
 * A request's body as pools read it: JSON or XML, property names in any case (CreateAnApplication, step 9, posts
 * `UserAgent`), commas before a closing bracket passed over. Undefined when it is neither, an empty object when it is
 * empty. @param names those that are known, as they are to come out.
 */
export function parseBody(body: string, contentType: string | undefined, names: readonly string[]): unknown {
  const isXml = formOf(contentType ?? '') === 'xml' || body.trimStart().startsWith('<');
  const value = isXml ? fromXml(body) : parseJson(withoutTrailingCommas(body));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const known = new Map(names.map((name) => [name.toLowerCase(), name]));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [known.get(name.toLowerCase()) ?? name, inner as unknown]),
  );
}

/** Texts stay as they are. */
function withoutTrailingCommas(body: string): string {
  return body.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (found) => (found === ',' ? '' : found));
}

function fromXml(body: string): unknown {
  try {
    return Object.fromEntries(parseXml(body.trim()).children.flatMap(toProperty));
  } catch {
    return undefined;
  }
}

/** `<property name>text</property>`, and `<propertyList name>` with an `<item>` each. */
function toProperty({ name: kind, attributes, text, children }: XmlElement): [string, unknown][] {
  const { name } = attributes;
  if (name === undefined) return [];
  return [[name, kind === 'propertyList' ? children.map((item) => item.text) : text]];
}
