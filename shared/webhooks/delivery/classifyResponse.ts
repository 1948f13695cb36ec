/**
 * Why there was no response. `notStarted`: the time was over before anything was sent, because the lookup of the name
 * waited for those of other hosts; the subscriber has not failed.
 */
export type NetworkErrorReason =
  | 'timeout'
  | 'notStarted'
  | 'addressRefused'
  | 'nameNotFound'
  | 'connectionRefused'
  | 'connectionReset'
  | 'tls'
  | 'invalidResponse'
  | 'network';

/** The result of one attempt. Bodies are at most 4 KiB; bodies and locations hold no secret of the subscription. */
export type SendResult =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly retryAfter: string | undefined;
      readonly body: string;
      /** Of a redirect: its target as a subscription's URL is shown. */
      readonly location?: string;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'networkError';
      readonly reason: NetworkErrorReason;
      /** What a person needs to find the cause; may be empty. */
      readonly detail: string;
      readonly durationMs: number;
    };

/** What a result means for the delivery. `reason` is a sentence for the delivery log. */
export type ResponseClass =
  | { readonly class: 'delivered' }
  | { readonly class: 'gone' | 'notStarted'; readonly reason: string }
  | {
      readonly class: 'throttled' | 'permanent' | 'failed';
      readonly reason: string;
      readonly retryAfterMs: number | undefined;
    };

/** 4xx for which sending the same bytes again is unlikely to help. */
const permanent: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 413, 415, 422]);
/** Permanent ones that may say when they are over: a rate limit of a gateway (403), a full disk (RFC 9110 §15.5.14: 413). */
const temporaryWithRetryAfter: ReadonlySet<number> = new Set([403, 413]);
const throttled: ReadonlySet<number> = new Set([429, 503]);
const GONE = 410;
const SWITCHING_PROTOCOLS = 101;

/**
 * Classifies the result of an attempt: 2xx is delivered, 410 ends the subscription, 429 and 503 throttle it, some 4xx
 * and a forbidden address are permanent, and everything else (a redirect too, which is never followed) is a failure.
 */
export function classifyResponse(result: SendResult, nowMs: number): ResponseClass {
  if (result.kind === 'networkError') return classifyNetworkError(result);
  const { status } = result;
  if (status >= 200 && status < 300) return { class: 'delivered' };
  const reason = describe(result);
  const retryAfterMs = parseRetryAfter(result.retryAfter, nowMs);
  if (status === GONE) return { class: 'gone', reason };
  if (permanent.has(status))
    return {
      class: 'permanent',
      reason,
      retryAfterMs: temporaryWithRetryAfter.has(status) ? retryAfterMs : undefined,
    };
  return { class: throttled.has(status) ? 'throttled' : 'failed', reason, retryAfterMs };
}

function classifyNetworkError({ reason, detail }: Extract<SendResult, { kind: 'networkError' }>): ResponseClass {
  const sentence = `no response: ${reason}${detail === '' ? '' : ` (${detail})`}`;
  if (reason === 'notStarted') return { class: 'notStarted', reason: sentence };
  const isPermanent = reason === 'addressRefused';
  return { class: isPermanent ? 'permanent' : 'failed', reason: sentence, retryAfterMs: undefined };
}

function describe({ status, location }: Extract<SendResult, { kind: 'response' }>): string {
  if (status === SWITCHING_PROTOCOLS) return 'responded 101: it switches protocols instead of accepting the event';
  if (status < 300 || status > 399) return `responded ${status}`;
  return (
    `responded ${status}${location === undefined ? '' : ` to ${location}`}: a redirect is never followed; ` +
    `change the subscription's URL`
  );
}

/** The longest wait that a subscriber can ask for: one hour. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * Reads a Retry-After header: seconds, which some servers send with decimals, or an HTTP date (RFC 9110 §10.2.3).
 * Returns milliseconds from now, from 0 to one hour; undefined where there is none or it cannot be read.
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  const waitMs = /^\d+(\.\d*)?$/.test(text)
    ? Math.ceil(Number(text) * 1000)
    : /[A-Za-z]{3}/.test(text)
      ? Date.parse(text) - nowMs
      : Number.NaN;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}
