import { invalidRequest } from '../../errors/parseOrExplain';
import { isShownUrl } from './url/showUrl';
import { HIDDEN_VALUE } from './subscriptionHeaders';

/**
 * Refuses what the relay itself shows in the place of a secret: nobody can mean it. Error: `requestInvalid`, naming the
 * field and what to give in its place.
 */
export function refuseHiddenValues({
  url,
  headers = {},
}: {
  readonly url?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}): void {
  const hidden = Object.entries(headers).find(([, value]) => value === HIDDEN_VALUE);
  const errors = [
    ...(url !== undefined && isShownUrl(url)
      ? [{ field: 'url', message: 'has REDACTED in the place of a secret; give the whole URL' }]
      : []),
    ...(hidden === undefined
      ? []
      : [{ field: `headers.${hidden[0]}`, message: 'is REDACTED, which stands for a value; give the value' }]),
  ];
  if (errors.length > 0) throw invalidRequest(errors);
}
