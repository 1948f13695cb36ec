import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Occasion } from '../faults/faultBox';
import type { FaultKind, FaultOf } from '../faults/faultTable';
import type { UcwaSimulator } from '../ucwaSimulator';
import type { Exchange } from './exchange';
import type { Reply } from './reply';
import { represent } from './represent';

/** Writes an answer to the wire, as well or as badly as the armed faults want it. Resolves when nothing is left to write. */
export async function sendReply(
  simulator: UcwaSimulator,
  exchange: Exchange,
  response: ServerResponse,
  reply: Reply,
  occasion: Occasion | undefined,
): Promise<void> {
  if (response.destroyed || response.headersSent) return;
  const take = <Kind extends FaultKind>(kind: Kind) =>
    occasion === undefined ? undefined : simulator.faults.take(kind, occasion);
  const strikes = (kind: FaultKind): boolean => take(kind) !== undefined;

  const late = take('slowAnswer');
  if (late !== undefined) await simulator.clock.sleep(late.delayMs);
  if (strikes('resetBeforeBody')) return reset(response);
  const represented = represent(reply, { accept: exchange.headers.accept, origin: exchange.origin, strikes });
  response.statusCode = reply.status;
  response.setHeader('X-MS-Server-Fqdn', 'fe1.contoso.com');
  response.setHeader('client-request-id', exchange.headers['client-request-id'] ?? randomUUID());
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (represented === undefined) {
    response.end();
    return;
  }

  const mark = strikes('byteOrderMark') ? '\uFEFF' : '';
  const junk = strikes('junkBeforeBody') ? '<!-- proxy -->\r\n' : '';
  const whole = Buffer.from(mark + junk + represented.text, 'utf8');
  const bytes = strikes('truncatedJson') ? whole.subarray(0, whole.length >> 1) : whole;
  response.setHeader('Content-Type', represented.contentType);
  response.setHeader('Content-Length', bytes.length);

  if (strikes('resetWithinBody')) return reset(response, bytes.subarray(0, bytes.length >> 1));
  if (strikes('resetAfterBody')) return reset(response, bytes);
  const slow = take('slowBytes');
  if (slow !== undefined) return trickle(simulator, response, bytes, slow);
  response.end(bytes);
}

/** Resets the connection once `bytes` are handed to the system; without any, before the head too. */
async function reset(response: ServerResponse, bytes?: Buffer): Promise<void> {
  if (bytes !== undefined) await new Promise((resolve) => response.write(bytes, resolve));
  response.socket?.resetAndDestroy();
}

async function trickle(
  simulator: UcwaSimulator,
  response: ServerResponse,
  bytes: Buffer,
  { chunkBytes, delayMs }: FaultOf<'slowBytes'>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for (let at = 0; at < bytes.length && !gone.signal.aborted; at += chunkBytes) {
    response.write(bytes.subarray(at, at + chunkBytes));
    await simulator.clock.sleep(delayMs, gone.signal);
  }
  response.end();
}
