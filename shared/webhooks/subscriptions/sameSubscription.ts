import { isDeepStrictEqual } from 'node:util';
import type { DecryptSubscription } from './decryptSubscription';
import type { Filters } from './matchesFilter';
import type { Subscription } from './subscription';
import { showUrl } from './url/showUrl';

/** What makes two subscriptions the same; filters only where they are given. */
export interface Sameness {
  readonly url: string;
  readonly format: Subscription['format'];
  readonly filters?: Filters;
}

/** The oldest subscription with this URL, format and filters. The order of a filter's values does not matter. Pure. */
export function findSame(
  subscriptions: readonly Subscription[],
  { url, format, filters }: Sameness,
  decrypt: DecryptSubscription,
  nowMs: number,
): Subscription | undefined {
  const shownUrl = showUrl(url);
  return [...subscriptions]
    .sort((one, other) => one.createdAtMs - other.createdAtMs)
    .find(
      (one) =>
        one.format === format &&
        one.shownUrl === shownUrl &&
        (filters === undefined || isDeepStrictEqual(inOrder(one.filters), inOrder(filters))) &&
        urlOf(one, decrypt, nowMs) === url,
    );
}

/** Undefined where it cannot be decrypted: then it is not known to be the same. */
function urlOf(subscription: Subscription, decrypt: DecryptSubscription, nowMs: number): string | undefined {
  try {
    return decrypt(subscription, nowMs).url;
  } catch {
    return undefined;
  }
}

function inOrder(filters: Filters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(filters).map(([field, values]) => [field, Array.isArray(values) ? [...values].sort() : values]),
  );
}
