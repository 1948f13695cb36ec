import { invalidRequest } from '../../errors/parseOrExplain';
import type { SubscriptionSecrets } from './subscriptionSecrets';
import { HIDDEN_VALUE } from './url/showUrl';

/**
 * Refuses what the relay itself shows in the place of a secret: nobody can mean it. Error: `requestInvalid`, naming the
 * field and what to give in its place.
 */
export function refuseHiddenValues({
  url = '',
  headers = {},
}: Partial<Pick<SubscriptionSecrets, 'url' | 'headers'>>): void {
  const hidden = Object.keys(headers).filter((name) => headers[name] === HIDDEN_VALUE);
  const errors = hidden.map((name) => ({
    field: `headers.${name}`,
    message: 'is REDACTED, which stands for a value; give the value',
  }));
  if (url.includes(HIDDEN_VALUE))
    errors.unshift({ field: 'url', message: 'has REDACTED in the place of a secret; give the whole URL' });
  if (errors.length > 0) throw invalidRequest(errors);
}
