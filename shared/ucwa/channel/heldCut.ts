import { RelayError } from '../../errors/relayError';
import type { HttpResponse } from '../httpResponse';
import { formOf } from '../format/representation';

/**
 * What Node.js says of a connection that was there and is gone. One that ends for want of a TCP probe's response
 * (ETIMEDOUT) was dead before.
 */
const CUT_CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE']);
/** What proxies say of a request that has waited for too long. */
const CUT_STATUSES: ReadonlySet<number> = new Set([408, 502, 504]);

/**
 * Whether a poll that had been held ended as something between the relay and the pool ends it: reset, closed, 408, 502,
 * 504, or a web page in place of events. Azure Application Proxy does so after 85 s, others after 20 to 300 s.
 */
export function isCut(outcome: HttpResponse | RelayError): boolean {
  if (outcome instanceof RelayError)
    return outcome.code === 'upstreamFailed' && CUT_CODES.has(outcome.extensions['networkCode']);
  return CUT_STATUSES.has(outcome.status) || (isPage(outcome) && (outcome.status < 300 || outcome.status >= 500));
}

/**
 * Whether the pool itself has responded, not something before it: no gateway's status and no web page, but for the
 * one that comes with a challenge.
 */
export function isFromPool(response: HttpResponse): boolean {
  if (response.status >= 500 || response.status === 408) return false;
  return !isPage(response) || response.headers['www-authenticate'] !== undefined;
}

const isPage = ({ contentType }: HttpResponse): boolean => formOf(contentType) === 'html';
