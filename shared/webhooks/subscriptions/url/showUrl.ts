import { parseUrl } from '../../../parseUrl';

const HIDDEN = 'REDACTED';

/**
 * A subscriber's URL as it is shown: scheme, host and first path segment, then `/REDACTED`, because paths and queries of
 * flows and chat services are secrets. A text that is no URL is hidden whole. Pure.
 */
export function showUrl(url: string): string {
  const parsed = parseUrl(url);
  if (parsed === undefined) return HIDDEN;
  const { protocol, host, pathname } = parsed;
  const [segment = ''] = pathname.split('/').slice(1);
  return `${protocol}//${host}${segment === '' ? '' : `/${segment}`}/${HIDDEN}`;
}

/** Whether a text holds what showUrl puts in the place of a secret; no such URL can be meant. */
export function isShownUrl(url: string): boolean {
  return url.includes(HIDDEN);
}
