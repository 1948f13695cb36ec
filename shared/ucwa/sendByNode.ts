import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createUnzip } from 'node:zlib';
import type { Incoming, Send } from './send';

/** What is cut off is read as far as it goes: it is the same every time, and as an error it would hold the channel up for good. */
const unzip = (): Transform => createUnzip({ finishFlush: constants.Z_SYNC_FLUSH });
const unbrotli = (): Transform => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
/** Only gzip is asked for; a server that goes its own way is understood. */
const decoders: ReadonlyMap<string | undefined, () => Transform> = new Map([
  ['gzip', unzip],
  ['x-gzip', unzip],
  ['deflate', unzip],
  ['br', unbrotli],
]);

/**
 * A GET by Node.js alone. Nine of ten requests are polls of an event channel, and all channels of a process share one
 * core: from poll to bus an event took 846 µs of it where axios's transport polled, and takes 741 µs with this one
 * (`test/bench/throughput.ts` with 200 accounts).
 */
export const sendByNode: Send = ({ url, headers, agent }) => {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const { request } = protocol === 'https:' ? https : http;
  // Named one by one: options that Node.js makes of a URL have no prototype, which costs as much as parsing it did.
  const sent = request({
    agent,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    path: pathname + search,
    headers: { 'Accept-Encoding': 'gzip', ...headers },
  });
  const answer = new Promise<Incoming>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (response) =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: decoded(response) }),
    );
  });
  sent.end();
  return { answer, stop: () => sent.destroy() };
};

function decoded(response: IncomingMessage): Readable {
  const decoder = decoders.get(response.headers['content-encoding']?.toLowerCase());
  // Whoever reads learns from the stream itself what went wrong.
  return decoder === undefined || response.statusCode === 204
    ? response
    : pipeline(response, decoder(), () => undefined);
}
