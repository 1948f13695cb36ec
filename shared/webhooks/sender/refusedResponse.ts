import type { ExchangeResponse } from '../../transport/exchange';

const STATUS_LINE = /^HTTP\/1\.[01] +(101|[2-5]\d\d)[ \r\n]/;
const END_OF_HEAD = /\n\r?\n/;
/** A whole line; what a parser refuses in a line, or between two of them, is left out. Blanks are cut off after: in linear time. */
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\r\n]*)\r?\n/gm;

/**
 * Reads a response that the parser refused: the status, if the status line came whole, as many headers as can be told (of
 * several the first), and the bytes after them. curl and Go's net/http take such responses (nodejs/node 43798), and a switch
 * of protocols (101), after which nothing comes, is one too (nodejs/node 42369). Undefined where there is no status. Pure.
 */
export function readRefusedResponse(bytes: Buffer): ExchangeResponse | undefined {
  const text = bytes.toString('latin1');
  const status = STATUS_LINE.exec(text)?.[1];
  if (status === undefined) return undefined;
  const end = END_OF_HEAD.exec(text);
  const bodyStart = end === null ? text.length : end.index + end[0].length;
  const headers = Object.create(null) as Record<string, string>;
  for (const [, name = '', value = ''] of text.slice(0, bodyStart).matchAll(HEADER_LINE))
    headers[name.toLowerCase()] ??= value.trim();
  return { status: Number(status), headers, body: bytes.subarray(bodyStart) };
}
