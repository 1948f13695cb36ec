import type { Readable } from 'node:stream';

/**
 * A body as UTF-8, cut off at `maxBytes`, and the connection with it. Rejects when it breaks off before. By the stream's
 * events: to iterate over it costs several times as much.
 */
export function readText(body: Readable, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (): void => resolve(Buffer.concat(chunks).toString('utf8', 0, maxBytes));
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes <= maxBytes) return;
      settle();
      body.destroy();
    });
    body.once('end', settle);
    body.once('error', reject);
    body.once('close', () => {
      if (!body.readableEnded) reject(new Error('The body was cut off.'));
    });
  });
}
