import { isIP } from 'node:net';
import type { Clock } from '../../../clock';
import { RelayError } from '../../../errors/relayError';
import { refuseAddresses } from '../../sender/guardedLookup';
import type { NameResolver } from '../../sender/nameResolver';
import { translateNetworkError } from '../../sender/networkError';
import type { Sender } from '../../sender/sender';
import { checkUrl } from '../../sender/urlRule';
import type { Handshake } from '../subscriptionRequest';
import { askConsent } from './handshake';
import { urlWarnings } from './urlWarnings';

/** The rate that the handshake asks for without `maxPerMinute`, in requests a minute (CloudEvents, HTTP 1.1 Web Hooks §4.1.3). */
const ASKED_RATE_PER_MINUTE = 1000;
/** As long as one query takes at most; a lookup that has to wait for others takes longer. */
const MAX_RESOLUTION_MS = 4000;

export interface ProbeUrlPorts {
  /** `WEBHOOK_ALLOWED_CIDRS`. */
  readonly allowedCidrs: readonly string[];
  readonly names: Pick<NameResolver, 'resolve'>;
  readonly sender: Pick<Sender, 'send'>;
  readonly requestOrigin: string;
  readonly clock: Clock;
}

/** What is asked of a URL before events are sent to it. */
interface ProbeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly handshake: Handshake;
  readonly maxPerMinute: number | undefined;
}

export interface Probed {
  readonly warnings: readonly string[];
  readonly allowedRatePerMinute: number | undefined;
}

/**
 * Checks a URL by the address rules, as far as can be known now (every connection is judged again), and asks it for its
 * consent, unless `handshake` is `skip`. Takes 8 s at most. Error: `requestInvalid`, whose `errors` name the rule that
 * refused, or where consent is required and missing.
 */
export async function probeUrl(
  { url, headers, handshake, maxPerMinute = ASKED_RATE_PER_MINUTE }: ProbeRequest,
  ports: ProbeUrlPorts,
): Promise<Probed> {
  const addressWarnings = await checkAddresses(url, ports);
  const warnings = [...urlWarnings(url), ...addressWarnings];
  if (handshake === 'skip') return { warnings, allowedRatePerMinute: undefined };
  const consent = await askConsent(ports.sender, url, headers, ports.requestOrigin, maxPerMinute);
  if (consent.consents) return { warnings, allowedRatePerMinute: consent.allowedRatePerMinute };
  const sentence = `The URL does not consent to events: ${consent.reason}`;
  if (handshake === 'require') throw refused('handshake', consent.reason, `${sentence}.`);
  return { warnings: [...warnings, sentence], allowedRatePerMinute: undefined };
}

/** A name that does not resolve yet passes with a warning, which it resolves to. Takes 4 s at most. */
async function checkAddresses(url: string, { allowedCidrs, names, clock }: ProbeUrlPorts): Promise<readonly string[]> {
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

function refused(rule: string, message: string, sentence = `The URL ${message}.`): RelayError {
  return new RelayError('requestInvalid', sentence, { extensions: { errors: [{ field: 'url', rule, message }] } });
}
