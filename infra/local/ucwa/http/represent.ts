import type { FaultKind } from '../faults/faultTable';
import type { Hal } from './hal';
import type { Reply } from './reply';
import { toXml, XML_TYPE } from './toXml';

export interface Represented {
  readonly contentType: string;
  readonly text: string;
}

export interface Manner {
  /** The request's Accept. */
  readonly accept: string | undefined;
  readonly origin: string;
  /** Whether a fault of that kind strikes this answer. */
  strikes(kind: Extract<FaultKind, 'xml' | 'doubledSlashes' | 'absoluteHrefs' | 'prefixedRels'>): boolean;
}

/** The body as it is written: JSON, or XML where Accept prefers it or a fault wants it. Undefined: no body. */
export function represent(reply: Reply, manner: Manner): Represented | undefined {
  const { body } = reply;
  if (body === undefined) return undefined;
  if (body.root === 'text') return { contentType: body.contentType, text: mendHrefs(body.content, manner) };
  const content = manner.strikes('prefixedRels') ? prefixed(body.content) : body.content;
  const xml = manner.strikes('xml') || /application\/(vnd\.microsoft\.com\.ucwa\+)?xml/i.test(firstOf(manner.accept));
  const text = xml ? toXml(body.root, content) : JSON.stringify(content);
  return {
    contentType: xml ? `${XML_TYPE}; charset=utf-8` : 'application/json; charset=utf-8',
    text: mendHrefs(text, manner),
  };
}

const firstOf = (accept: string | undefined): string => (accept ?? '').split(',')[0] ?? '';

function mendHrefs(text: string, manner: Manner): string {
  const doubled = manner.strikes('doubledSlashes') ? text.replaceAll('"/ucwa/', '"//ucwa/') : text;
  return manner.strikes('absoluteHrefs') ? doubled.replaceAll(/"(\/{1,2}ucwa\/)/g, `"${manner.origin}$1`) : doubled;
}

/** The prefix that some servers put before rels. */
const PREFIX = 'ms:rtc:saas:';

/** Rels of links, senders, events and what is embedded, prefixed; `_links` and properties stay. */
function prefixed(content: Hal): Hal {
  const { _embedded, ...rest } = content;
  return {
    ...(walk(rest) as Hal),
    ...(_embedded !== undefined && {
      _embedded: Object.fromEntries(
        Object.entries(_embedded).map(([rel, value]) => [
          PREFIX + rel,
          Array.isArray(value) ? value.map(prefixed) : prefixed(value as Hal),
        ]),
      ),
    }),
  };
}

function walk(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== 'object' || value === null) return value;
  if ('_embedded' in value) return prefixed(value as Hal);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === 'rel' && typeof inner === 'string' ? PREFIX + inner : walk(inner),
    ]),
  );
}
