import { RelayError } from '../../../errors/relayError';
import type { Sender } from '../../sender/sender';
import { checkSubscriberUrl, type SubscriberUrlPorts } from './checkSubscriberUrl';
import { askConsent } from './handshake';
import type { Handshake } from '../subscriptionRequest';
import { urlWarnings } from './urlWarnings';

/** The rate that the handshake asks for without `maxPerMinute`, in requests a minute (CloudEvents, HTTP 1.1 Web Hooks §4.1.3). */
const ASKED_RATE_PER_MINUTE = 1000;

export interface ProbeUrlPorts extends SubscriberUrlPorts {
  readonly sender: Pick<Sender, 'send'>;
  readonly requestOrigin: string;
}

/** What is asked of a URL before events are sent to it. */
export interface ProbeRequest {
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
 * Checks a URL by the address rules and asks it for its consent, unless `handshake` is `skip`. Takes 8 s at most.
 * Error: `requestInvalid` with the rule that refuses, or where consent is required and missing.
 */
export async function probeUrl(
  { url, headers, handshake, maxPerMinute }: ProbeRequest,
  ports: ProbeUrlPorts,
): Promise<Probed> {
  const checked = await checkSubscriberUrl(url, ports);
  const warnings = [...urlWarnings(url), ...checked];
  if (handshake === 'skip') return { warnings, allowedRatePerMinute: undefined };
  const rate = maxPerMinute ?? ASKED_RATE_PER_MINUTE;
  const consent = await askConsent(ports.sender, url, headers, ports.requestOrigin, rate);
  if (consent.consents) return { warnings, allowedRatePerMinute: consent.allowedRatePerMinute };
  if (handshake === 'require') {
    throw new RelayError('requestInvalid', `The URL does not consent to events: ${consent.reason}.`, {
      extensions: { errors: [{ field: 'url', rule: 'handshake', message: consent.reason }] },
    });
  }
  warnings.push(`The URL does not consent to events: ${consent.reason}`);
  return { warnings, allowedRatePerMinute: undefined };
}
