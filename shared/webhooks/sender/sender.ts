import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '../../clock';
import type { NetworkErrorReason, SendResult } from '../delivery/classifyResponse';
import { AddressRefusedError, createGuardedLookup, resolveAll, type ResolveAll } from './guardedLookup';
import { redact } from './redact';
import { checkUrl, type UrlVerdict } from './urlRule';

/** As much of an answer as is kept. */
const MAX_ANSWER_BYTES = 4096;
/** For each host and port, as many as deliveries run at once: a subscriber has at most four, but many may share a host (flows do). */
const MAX_IDLE_SOCKETS = 256;
const IDLE_SOCKET_MS = 30_000;
/** URLs whose judgement is remembered: it depends on nothing that changes. */
const MAX_VERDICTS = 1000;

/** One HTTP request to a subscriber. */
export interface OutgoingRequest {
  readonly method: 'POST' | 'OPTIONS';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** From the start to the answer's headers, in milliseconds; the body has what is left of it. */
  readonly timeoutMs: number;
}

/** An answer also has its headers here, lower case; the handshake reads them. */
export type SenderResult = SendResult & { readonly headers: Readonly<Record<string, string>> };

/** Makes single requests; never rejects, never follows a redirect, and connects only where the address rules allow it. */
export interface Sender {
  send(request: OutgoingRequest): Promise<SenderResult>;
  /** Closes idle sockets. */
  close(): void;
}

export interface SenderOptions {
  readonly clock: Clock;
  /** `WEBHOOK_ALLOWED_CIDRS`. */
  readonly allowedCidrs: readonly string[];
  /** Default: the machine's own resolver. */
  readonly resolve?: ResolveAll;
  /** PEM of authorities to trust instead of the public ones. */
  readonly ca?: string;
}

/**
 * Sends with keep-alive, so that the second event to a host needs no handshake. A socket that is reused leads to the
 * address that was judged when it was opened.
 */
export function createSender({ clock, allowedCidrs, resolve = resolveAll, ca }: SenderOptions): Sender {
  const lookup = createGuardedLookup(allowedCidrs, resolve);
  const verdicts = new Map<string, UrlVerdict>();
  const judge = (url: string): UrlVerdict => {
    const verdict = verdicts.get(url) ?? checkUrl(url, allowedCidrs);
    if (verdicts.size === MAX_VERDICTS) verdicts.clear();
    verdicts.set(url, verdict);
    return verdict;
  };
  const pool = { keepAlive: true, maxFreeSockets: MAX_IDLE_SOCKETS, timeout: IDLE_SOCKET_MS, noDelay: true };
  const httpAgent = new HttpAgent(pool);
  const httpsAgent = new HttpsAgent({ ...pool, ...(ca === undefined ? {} : { ca }) });

  return {
    async send({ method, url, headers, body, timeoutMs }) {
      const startedMs = clock.now();
      const networkError = (reason: NetworkErrorReason, detail: string): SenderResult => {
        return { kind: 'networkError', reason, detail, durationMs: clock.now() - startedMs, headers: {} };
      };
      const verdict = judge(url);
      if (!verdict.ok) return networkError('addressRefused', verdict.message);

      const options = {
        method,
        host: verdict.url.host,
        port: verdict.url.port,
        path: verdict.url.requestTarget,
        headers: { ...headers, host: verdict.url.authority, 'content-length': String(body.byteLength) },
        lookup,
      };
      const open = (): ClientRequest =>
        verdict.url.secure
          ? httpsRequest({ ...options, agent: httpsAgent })
          : httpRequest({ ...options, agent: httpAgent });
      const deadline = new AbortController();
      let request = open();
      void clock.sleep(timeoutMs, deadline.signal).then(() => {
        if (!deadline.signal.aborted) request.destroy(new TimeoutError());
      });
      try {
        const response = await exchange(request, body).catch((error: unknown) => {
          if (!request.reusedSocket || socketErrors[codeOf(error)] !== 'connectionReset') throw error;
          // The subscriber closed an idle connection while we took it up again (Node.js, http, request.reusedSocket).
          request = open();
          return exchange(request, body);
        });
        const text = await readStart(response);
        return {
          kind: 'response',
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
          body: redact(text),
          durationMs: clock.now() - startedMs,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [
              name,
              Array.isArray(value) ? value.join(', ') : (value ?? ''),
            ]),
          ),
        };
      } catch (error) {
        return networkError(...translateSocketError(error));
      } finally {
        deadline.abort(SETTLED);
      }
    },
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

class TimeoutError extends Error {}

/** A reason of our own to abort: without one, an exception with its stack would be made for each request. */
const SETTLED = Symbol('settled');

function exchange(request: ClientRequest, body: Uint8Array): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays for the life of the request: an error after the answer's headers has no other listener.
    request.on('error', reject);
    request.end(body);
  });
}

/** The first 4 KiB. The status has already decided: an answer that breaks off or trickles on does not change it. */
function readStart(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const done = (): void => resolve(Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8'));
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) response.destroy();
    });
    response.once('end', done);
    response.once('error', done);
    response.once('close', done);
  });
}

const socketErrors: Readonly<Record<string, NetworkErrorReason>> = {
  ENOTFOUND: 'nameNotFound',
  EAI_AGAIN: 'nameNotFound',
  ECONNREFUSED: 'connectionRefused',
  ECONNRESET: 'connectionReset',
  EPIPE: 'connectionReset',
};

function translateSocketError(error: unknown): [reason: NetworkErrorReason, detail: string] {
  if (error instanceof TimeoutError) return ['timeout', ''];
  if (error instanceof AddressRefusedError) return ['addressRefused', error.message];
  const code = codeOf(error);
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO)/.test(code)) return ['tls', code];
  return [socketErrors[code] ?? 'network', code];
}

/** By shape and not by class: the error may come from another realm. */
function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}
