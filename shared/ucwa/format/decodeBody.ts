import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createUnzip } from 'node:zlib';
import { readText } from './readText';

/** What is cut off is read as far as it goes: it is the same every time, and as an error it would hold the channel up for good. */
const unzip = (): Transform => createUnzip({ finishFlush: constants.Z_SYNC_FLUSH });
const unbrotli = (): Transform => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
/** Only gzip is asked for; a server that goes its own way is understood. */
const decoders: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', unzip],
  ['x-gzip', unzip],
  ['deflate', unzip],
  ['br', unbrotli],
]);

/**
 * A body as UTF-8, decompressed, cut off at `maxBytes`; as it is where nobody knows its encoding. Rejects with the errors of
 * node:zlib. @param encoding its Content-Encoding
 */
export function decodeBody(body: Buffer, encoding: string | undefined, maxBytes: number): string | Promise<string> {
  const decoder = body.length === 0 ? undefined : decoders.get(encoding?.toLowerCase() ?? '');
  return decoder === undefined ? body.toString('utf8', 0, maxBytes) : readText(decoder().end(body), maxBytes);
}
