import { parseRetryAfter } from './retryAfter';

/** Why there was no answer at all. */
export type NetworkErrorReason =
  'timeout' | 'addressRefused' | 'nameNotFound' | 'connectionRefused' | 'connectionReset' | 'tls' | 'network';

/** What one attempt came to. Bodies are at most 4 KiB and already redacted. */
export type SendResult =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly retryAfter: string | undefined;
      readonly body: string;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'networkError';
      readonly reason: NetworkErrorReason;
      readonly detail: string;
      readonly durationMs: number;
    };

/** What an answer means to the relay. `reason` is a sentence for the delivery log. */
export type ResponseClass =
  | { readonly class: 'delivered' }
  | { readonly class: 'gone'; readonly reason: string }
  | { readonly class: 'throttled'; readonly reason: string; readonly retryAfterMs: number | undefined }
  | { readonly class: 'permanent'; readonly reason: string }
  | { readonly class: 'failed'; readonly reason: string; readonly retryAfterMs: number | undefined };

/** 4xx that sending the same bytes again is unlikely to heal. */
const permanent: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 413, 415, 422]);
const throttled: ReadonlySet<number> = new Set([429, 503]);
const GONE = 410;

/**
 * Sorts the result of an attempt: 2xx is delivered, 410 ends the subscription, 429 and 503 throttle it, some 4xx are
 * tried only a few times more, as is an address that the SSRF guard refuses, and everything else (a redirect too, which
 * is never followed) is a failure to be tried again.
 */
export function classifyResponse(result: SendResult, nowMs: number): ResponseClass {
  if (result.kind === 'networkError') {
    const reason = `no answer: ${result.reason}${result.detail === '' ? '' : ` (${result.detail})`}`;
    return result.reason === 'addressRefused'
      ? { class: 'permanent', reason }
      : { class: 'failed', reason, retryAfterMs: undefined };
  }
  if (result.status >= 200 && result.status < 300) return { class: 'delivered' };
  const reason =
    result.status >= 300 && result.status < 400
      ? `answered ${result.status}: a redirect is never followed`
      : `answered ${result.status}`;
  if (result.status === GONE) return { class: 'gone', reason };
  if (permanent.has(result.status)) return { class: 'permanent', reason };
  return {
    class: throttled.has(result.status) ? 'throttled' : 'failed',
    reason,
    retryAfterMs: parseRetryAfter(result.retryAfter, nowMs),
  };
}
