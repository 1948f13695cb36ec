import type { IncomingMessage } from 'node:http';

/** Azure's limit for a request's body (FUNCTIONS_REQUEST_BODY_SIZE_LIMIT), 100 MB. */
export const DEFAULT_MAX_BODY_BYTES = 104_857_600;

/**
 * The whole body (empty where there is none), or why there is none: it is larger than allowed, or the client went
 * away while sending it.
 */
export type Body = { readonly bytes: Buffer } | { readonly problem: 'tooLarge' | 'aborted' };

/**
 * Reads a request's body into memory, at most `maxBytes`. A body without `Content-Length` is read off and dropped: Microsoft's
 * host hands a worker only a body whose length was announced (azure-functions-host, GrpcMessageConversionExtensions). Never
 * rejects.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  if (request.headers['content-length'] === undefined) {
    request.resume();
    return { bytes: Buffer.alloc(0) };
  }
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) return { problem: 'tooLarge' };
      chunks.push(chunk);
    }
  } catch {
    return { problem: 'aborted' };
  }
  return { bytes: Buffer.concat(chunks, length) };
}
