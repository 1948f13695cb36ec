import type { Sender } from '../../sender/sender';

const HANDSHAKE_TIMEOUT_MS = 3500;

/** Whether a subscriber consents to be sent events; `reason` says what was missing. */
type HandshakeResult =
  | { readonly consents: true; readonly allowedRatePerMinute: number | undefined }
  | { readonly consents: false; readonly reason: string };

/**
 * Asks the exact URL whether it takes events from us: OPTIONS with WebHook-Request-Origin; consent is 2xx with
 * WebHook-Allowed-Origin naming us or `*` (CloudEvents, HTTP 1.1 Web Hooks 1.0, §4.1 and §4.2). Takes 3.5 s at most.
 * Never rejects. @param headers those of the subscription. @param requestOrigin the DNS name under which the relay sends.
 * @param ratePerMinute the most that we ask to send.
 */
export async function askConsent(
  sender: Pick<Sender, 'send'>,
  url: string,
  headers: Readonly<Record<string, string>>,
  requestOrigin: string,
  ratePerMinute: number,
): Promise<HandshakeResult> {
  const result = await sender.send({
    method: 'OPTIONS',
    url,
    headers: { 'WebHook-Request-Origin': requestOrigin, 'WebHook-Request-Rate': String(ratePerMinute) },
    secretHeaders: headers,
    timeoutMs: HANDSHAKE_TIMEOUT_MS,
  });
  if (result.kind === 'networkError') {
    const detail = result.detail === '' ? '' : ` (${result.detail})`;
    return refuses(`OPTIONS got no response: ${result.reason}${detail}`);
  }
  if (result.status < 200 || result.status > 299) return refuses(`the response to OPTIONS was ${result.status}`);
  const allowed = String(result.headers?.['webhook-allowed-origin'] ?? '')
    .split(',')
    .map((origin) => origin.trim().toLowerCase());
  if (!allowed.includes('*') && !allowed.includes(requestOrigin.toLowerCase()))
    return refuses(`the response to OPTIONS has no WebHook-Allowed-Origin that names ${requestOrigin} or *`);
  const rate = Number(result.headers?.['webhook-allowed-rate']);
  return { consents: true, allowedRatePerMinute: Number.isInteger(rate) && rate > 0 ? rate : undefined };
}

const refuses = (reason: string): HandshakeResult => ({ consents: false, reason });
