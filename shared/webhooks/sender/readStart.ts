import type { Readable } from 'node:stream';
import type { Clock } from '../../clock';

/** As much of a response's body as is kept. */
const MAX_BODY_BYTES = 4096;
/** The status has decided by then; a body that goes on would keep a place of the subscriber's. */
const MAX_BODY_MS = 250;

/** Reads the first 4 KiB of a body, for 250 ms at most; one that goes on is closed with its connection. Never rejects. */
export function readStart(body: Readable, clock: Clock): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const ended = new AbortController();
    const end = (): void => {
      ended.abort(ENDED);
      resolve(Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8'));
    };
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) body.destroy();
    });
    for (const event of ['end', 'error', 'close']) body.once(event, end);
    void clock.sleep(MAX_BODY_MS, ended.signal).then(() => {
      if (!ended.signal.aborted) body.destroy();
    });
  });
}

const ENDED = Symbol('ended');
