import { parseUrl } from '../../../parseUrl';

/** What stands for a secret wherever a subscription is shown; a header's value that is so in a change is kept. */
export const HIDDEN_VALUE = 'REDACTED';

/**
 * A subscriber's URL as it is shown: scheme, host and first path segment, then `/REDACTED`, because paths and queries of
 * flows and chat services are secrets. A text that is no URL is hidden whole. Pure.
 */
export function showUrl(url: string): string {
  const parsed = parseUrl(url);
  if (parsed === undefined) return HIDDEN_VALUE;
  const { protocol, host, pathname } = parsed;
  const [segment = ''] = pathname.split('/').slice(1);
  return `${protocol}//${host}${segment === '' ? '' : `/${segment}`}/${HIDDEN_VALUE}`;
}
