/** Azure Tables: a text property has at most 32 Ki UTF-16 code units, an entity 1 MiB. */
const CHUNKS = /.{1,32000}/g;

/**
 * A value as JSON in properties `body0`, `body1`, …: in ASCII, so that it can be cut anywhere, and because Azurite garbles
 * large texts in which a character takes several bytes.
 */
export function toTextChunks(value: unknown): Record<string, string> {
  return Object.fromEntries((toAsciiJson(value).match(CHUNKS) ?? []).map((chunk, index) => [`body${index}`, chunk]));
}

/** JSON without any character beyond ASCII: as many bytes as characters. */
export function toAsciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What toTextChunks was given; undefined for a row without any. */
export function fromTextChunks(row: Readonly<Record<string, unknown>>): unknown {
  let text = '';
  for (let index = 0, chunk = row.body0; typeof chunk === 'string'; index += 1, chunk = row[`body${index}`])
    text += chunk;
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
