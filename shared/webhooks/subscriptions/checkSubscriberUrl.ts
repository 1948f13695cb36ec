import { isIP } from 'node:net';
import { RelayError } from '../../errors/relayError';
import { refuseAddress } from '../sender/addressRule';
import type { ResolveAll } from '../sender/guardedLookup';
import { checkUrl } from '../sender/urlRule';

/** How a subscriber's URL is judged when it is given, so that a refusal is heard then and not with the first call. */
export interface SubscriberUrlPorts {
  /** `WEBHOOK_ALLOWED_CIDRS`. */
  readonly allowedCidrs: readonly string[];
  readonly resolve: ResolveAll;
}

/**
 * Passes a URL that events may be sent to, as far as can be known now: every connection is judged again. A name that
 * does not resolve yet passes. Error: `requestInvalid`, whose `errors` name the rule that refused.
 */
export async function checkSubscriberUrl(url: string, { allowedCidrs, resolve }: SubscriberUrlPorts): Promise<void> {
  const verdict = checkUrl(url, allowedCidrs);
  if (!verdict.ok) throw refused(verdict.rule, verdict.message);
  if (isIP(verdict.url.host) !== 0) return;
  const addresses = await resolve(verdict.url.host).catch(() => []);
  for (const { address } of addresses) {
    const rule = refuseAddress(address, allowedCidrs);
    if (rule !== undefined) throw refused(rule, `leads to ${address}, which is not allowed: ${rule}`);
  }
}

function refused(rule: string, message: string): RelayError {
  return new RelayError('requestInvalid', `The URL ${message}.`, {
    extensions: { errors: [{ field: 'url', rule, message }] },
  });
}
