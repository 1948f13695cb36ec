import { isIP } from 'node:net';
import type { Clock } from '../../../clock';
import { RelayError } from '../../../errors/relayError';
import { refuseAddresses } from '../../sender/guardedLookup';
import type { NameResolver } from '../../sender/nameResolver';
import { translateNetworkError } from '../../sender/networkError';
import { checkUrl } from '../../sender/urlRule';

/** How a subscriber's URL is judged when it is given, so that a refusal is heard then and not with the first call. */
export interface SubscriberUrlPorts {
  /** `WEBHOOK_ALLOWED_CIDRS`. */
  readonly allowedCidrs: readonly string[];
  readonly names: Pick<NameResolver, 'resolve'>;
  readonly clock: Clock;
}

/** As long as one query takes at most; a lookup that has to wait for others takes longer. */
const MAX_RESOLUTION_MS = 4000;

/**
 * Passes a URL that events may be sent to, as far as can be known now: every connection is judged again. A name that
 * does not resolve yet passes with a warning, which it resolves to. Takes 4 s at most.
 * Error: `requestInvalid`, whose `errors` name the rule that refused.
 */
export async function checkSubscriberUrl(
  url: string,
  { allowedCidrs, names, clock }: SubscriberUrlPorts,
): Promise<readonly string[]> {
  const verdict = checkUrl(url, allowedCidrs);
  if (!verdict.ok) throw refused(verdict.rule, verdict.message);
  const { host, secure } = verdict.url;
  if (isIP(host) !== 0) return [];
  const resolved = new AbortController();
  const addresses = await Promise.race([
    names.resolve(host).catch((error: unknown) => translateNetworkError(error).detail),
    clock.sleep(MAX_RESOLUTION_MS, resolved.signal).then(() => 'no answer within 4 seconds'),
  ]);
  resolved.abort();
  if (typeof addresses === 'string')
    return [`The name ${host} has no address now (${addresses}); it is tried again with each event`];
  const refusal = refuseAddresses(addresses, { allowedCidrs, secure });
  if (refusal !== undefined) throw refused(refusal.rule, `leads to ${refusal.message}`);
  return [];
}

function refused(rule: string, message: string): RelayError {
  return new RelayError('requestInvalid', `The URL ${message}.`, {
    extensions: { errors: [{ field: 'url', rule, message }] },
  });
}
