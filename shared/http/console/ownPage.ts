import type { HttpRequest } from '@azure/functions';
import { RelayError } from '../../errors/relayError';
import { invalidRequest } from '../../errors/parseOrExplain';

/** A header that no form and no other site's page can send without being asked first (Fetch standard, CORS preflight). */
const PAGE_HEADER = 'x-relay-console';

type RequestHead = Pick<HttpRequest, 'headers' | 'method'>;

/** Whether the browser says that a page of this origin asks (Fetch Metadata, `Sec-Fetch-Site`). */
export function isSameOrigin({ headers }: Pick<RequestHead, 'headers'>): boolean {
  return headers.get('sec-fetch-site') === 'same-origin';
}

/**
 * Refuses what the console's own page did not send: a cookie goes along with the requests of other sites too. Errors: `forbidden`;
 * `requestInvalid` for a body that is not said to be JSON.
 */
export function requireOwnPage(request: RequestHead): void {
  const { headers, method } = request;
  if (!isSameOrigin(request) || headers.get(PAGE_HEADER) !== '1')
    throw new RelayError(
      'forbidden',
      `This is for the console’s own page: Sec-Fetch-Site must be same-origin, ${PAGE_HEADER} must be 1. Other callers use a key.`,
    );
  const contentType = headers.get('content-type');
  const isJson = /^application\/json(\s*;|$)/i.test(contentType ?? '');
  if (method !== 'GET' && contentType !== null && !isJson)
    throw invalidRequest([{ field: 'content-type', message: 'must be application/json' }]);
}
