import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Whether a request carries the host's key, as `x-functions-key` or as `?code=`. One key serves for every function and
 * for the admin routes: it is a master key in Azure's words.
 */
export function carriesKey(
  functionsKey: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  query: URLSearchParams,
): boolean {
  const header = headers['x-functions-key'];
  // Node joins several of a name; the platform compares the first.
  const given = (typeof header === 'string' ? header.split(',')[0] : undefined) ?? query.get('code');
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(functionsKey));
}

/** Equal lengths for the comparison, whatever was given. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
