import type { ServerResponse } from 'node:http';
import type { RpcHttpData, RpcInvocationResponse, RpcTypedData } from '../worker/functionsCore';
import { toSetCookie } from './setCookie';

/** Sends what a function returned. Nothing returned is 204, as Azure documents it ("HTTP trigger", payload). */
export function writeResponse(response: ServerResponse, { returnValue }: RpcInvocationResponse): void {
  if (returnValue?.http === undefined) {
    response.writeHead(204).end();
    return;
  }
  const { statusCode, headers = {}, cookies = [], body }: RpcHttpData = returnValue.http;
  for (const [name, value] of Object.entries(headers)) {
    if (!isFraming(name) && name !== 'content-length') response.setHeader(name, value);
  }
  if (cookies.length > 0) response.setHeader('Set-Cookie', cookies.map(toSetCookie));
  const status = Number(statusCode ?? 200);
  const bytes = toBytes(body);
  // Microsoft's host sends every answer of a function chunked.
  if (status !== 204 && status !== 304) response.setHeader('Transfer-Encoding', 'chunked');
  response.writeHead(status).end(bytes);
}

/** Headers about one connection, which are the server's own to say. */
export const isFraming = (name: string): boolean => /^(transfer-encoding|connection|keep-alive)$/i.test(name);

/** A status without a body: what the host answers by itself. */
export function writeStatus(response: ServerResponse, status: number): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { 'Content-Length': 0 }).end();
}

function toBytes(body: RpcTypedData | null | undefined): Uint8Array {
  return body?.bytes ?? Buffer.from(body?.string ?? body?.json ?? '');
}
