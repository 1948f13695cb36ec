import { RelayError } from '../errors/relayError';
import { isTooLongHref } from './format/hrefLimit';

/**
 * An href as UCWA gives it, reduced to path and query: whatever host it names, it is only ever followed on the
 * application's own origin. Doubled slashes in the path are collapsed and an `&` that was escaped twice is mended
 * (both seen on real servers); beyond that the query stays as it came, byte for byte.
 *
 * Always begins with one slash. Errors: `responseUnreadable` for what is no address on a server (`data:` and the like).
 */
export function toPath(href: string): string {
  if (isTooLongHref(href))
    throw new RelayError('responseUnreadable', 'Skype for Business gave a link that is longer than links are.');
  if (USUAL.test(href)) return href;
  const [mended = ''] = href.trim().split(ESCAPED_AMPERSAND).join('&').split('#', 1);
  const absolute = /^https?:\/\/[^/?]*(.*)$/is.exec(mended);
  if (absolute === null && /^[a-z][a-z0-9+.-]*:/i.test(mended)) {
    throw new RelayError('responseUnreadable', 'Skype for Business gave a link that is no address on its server.');
  }
  const address = absolute?.[1] ?? mended;
  const queryAt = address.indexOf('?');
  const path = queryAt < 0 ? address : address.slice(0, queryAt);
  return `/${path}`.replace(/\/{2,}/g, '/') + (queryAt < 0 ? '' : address.slice(queryAt));
}

/** A path as it is to be: segments that are not empty, and a query. */
const USUAL = /^(?:\/[^/?#\\\s]+)+(?:\?[^#\\\s]*)?$/;

/** `&` in JSON that was escaped again on the way. Not more than eight times: each time begins anew where it does not fit. */
const ESCAPED_AMPERSAND = /\\{1,8}u0026/i;

/** The last segment of a path, without the query: an application's or invitation's id. */
export function lastSegment(path: string): string {
  const [address = ''] = path.split('?', 1);
  const whole = address.endsWith('/') ? address.slice(0, -1) : address;
  return whole.slice(whole.lastIndexOf('/') + 1);
}
