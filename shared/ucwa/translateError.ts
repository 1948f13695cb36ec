import { isAxiosError } from 'axios';
import type { ErrorCode } from '../errors/errorTable';
import { RelayError } from '../errors/relayError';
import type { HttpResponse } from './httpResponse';
import { parseChallenge } from './signIn/challenge';
import { parseUcwaError } from './format/parseUcwaError';
import { accountRefused, refusalOf } from './signIn/refusals';

interface Exchange {
  readonly host: string;
  /** Set when our own time-out ended the exchange. */
  readonly timeoutMs?: number;
  /** The exchange was ended from this side. */
  readonly stopped: boolean;
}

/** What the codes of node:tls, node:dns and the HTTP exchange mean to the person who has to mend it. */
const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved at the moment',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'it does not answer',
  UNEXPECTED_RESPONSE: 'what it sends is no HTTP response to the request',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name; set the discovery root to a name that it is for',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted; put its issuer into UCWA_CA_CERTIFICATE',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted; put its issuer into UCWA_CA_CERTIFICATE',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is not trusted; put its issuer into UCWA_CA_CERTIFICATE',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted; put its issuer into UCWA_CA_CERTIFICATE',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted; put its issuer into UCWA_CA_CERTIFICATE',
};

/**
 * A failed exchange as ours. The foreign error is not kept as the cause: it holds the request, and with it the
 * password or the ticket. Its code is, as the extension `networkCode`.
 */
export function translateNetworkError(error: unknown, { host, timeoutMs, stopped }: Exchange): RelayError {
  if (timeoutMs !== undefined) {
    return new RelayError(
      'upstreamTimeout',
      `Skype for Business at ${host} did not answer within ${timeoutMs / 1000} seconds.`,
      { extensions: { host } },
    );
  }
  if (stopped)
    return new RelayError('upstreamTimeout', `The request to ${host} was stopped before the answer came.`, {
      extensions: { host },
    });
  const networkCode = codeOf(error);
  const why = meanings[networkCode] ?? `the exchange failed (${networkCode})`;
  return new RelayError('upstreamFailed', `Skype for Business at ${host} cannot be reached: ${why}.`, {
    extensions: { host, networkCode },
  });
}

/** Node's own code: an AxiosError of a stream that broke off has one that says less. */
function codeOf(error: unknown): string {
  return (
    [isAxiosError(error) ? error.cause : undefined, error].map(ownCode).find((code) => code !== undefined) ?? 'unknown'
  );
}

function ownCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/**
 * An answer that is no success, as the error that says what to do about it (UCWA 2.0, "Generic synchronous errors"). UCWA's `code`
 * and `subcode`, the status and the request's id go along as extensions.
 */
export function translateResponse(response: HttpResponse, nowMs: number): RelayError {
  const { status, headers } = response;
  const reason = parseUcwaError(response.text, response.contentType);
  const refusal = refusalOf(status, reason?.subcode);
  const [code, sentence] = meaningOf(response, reason?.subcode);
  const retryAfterMs = parseRetryAfter(headers['retry-after'], nowMs);
  const requestId = headers['client-request-id'];
  const said = [status, reason?.code, reason?.subcode].filter((part) => part !== undefined).join(' ');
  const extensions = {
    status,
    ...(reason?.code === undefined ? {} : { code: reason.code }),
    ...(reason?.subcode === undefined ? {} : { subcode: reason.subcode }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  if (refusal !== undefined) return accountRefused(refusal, said, extensions);
  return new RelayError(code, `${sentence} (${said}).`, {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    extensions,
  });
}

function meaningOf(response: HttpResponse, subcode: string | undefined): [ErrorCode, string] {
  const { status } = response;
  if (isTicketRefused(response)) return ['ticketExpired', 'Skype for Business does not take the web ticket'];
  if (status === 404 && (subcode === 'ApplicationNotFound' || subcode === 'InactiveApplicationExpired')) {
    return ['applicationGone', 'The UCWA application no longer exists'];
  }
  if (status === 409 && subcode === 'PGetReplaced')
    return ['pollReplaced', 'Another poll has taken over the event channel'];
  if (status === 410 && subcode === 'CannotRedirect')
    return ['poolMoved', 'The user’s pool cannot serve it, and no backup pool is configured'];
  if (status === 410) return ['channelGone', 'The address is gone for good'];
  if (status === 502) return ['poolMoved', 'The pool cannot be reached through its server'];
  if (status === 408 || status === 429 || status >= 500)
    return ['upstreamFailed', 'Skype for Business could not carry out the request'];
  return ['upstreamRefused', 'Skype for Business refused the request'];
}

/** A ticket that is not taken: one that another host has issued (28032), or a bad OAuth token (28055; skype-docs #347). */
const REFUSED_TICKET = /^\s*280(32|55)\b/;

/** 401; 403 or 500 that names the ticket in its diagnostics; or 403 with the web ticket service's challenge. */
export function isTicketRefused({ status, headers }: HttpResponse): boolean {
  if (status === 401) return true;
  if (status !== 403 && status !== 500) return false;
  if (REFUSED_TICKET.test(headers['x-ms-diagnostics'] ?? '')) return true;
  return status === 403 && parseChallenge(headers['www-authenticate']).webTicket;
}

/** Retry-After (RFC 9110 §10.2.3), seconds or a date, as milliseconds from now; undefined if there is none that makes sense. */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
