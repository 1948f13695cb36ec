/** Azure Tables: a text property has at most 32 Ki UTF-16 code units, an entity 1 MiB and 252 properties. */
const CHUNKS = /.{1,30000}/g;

/**
 * A value as JSON in properties `body0`, `body1`, … (or of another name): in ASCII, so that it can be cut anywhere, and
 * because Azurite garbles large texts in which a character takes several bytes.
 */
export function toTextChunks(value: unknown, name = 'body'): Record<string, string> {
  return Object.fromEntries((toAsciiJson(value).match(CHUNKS) ?? []).map((chunk, index) => [`${name}${index}`, chunk]));
}

/** As toTextChunks, with an empty text at the end, so that it may be merged over a longer value. */
export function toMergedTextChunks(value: unknown, name: string): Record<string, string> {
  const chunks = toTextChunks(value, name);
  return { ...chunks, [`${name}${Object.keys(chunks).length}`]: '' };
}

/** JSON without any character beyond ASCII: as many bytes as characters. */
export function toAsciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What toTextChunks was given; undefined for a row without any. */
export function fromTextChunks(row: Readonly<Record<string, unknown>>, name = 'body'): unknown {
  let text = '';
  for (
    let index = 0, chunk = row[`${name}0`];
    typeof chunk === 'string' && chunk !== '';
    chunk = row[`${name}${index}`]
  ) {
    text += chunk;
    index += 1;
  }
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
