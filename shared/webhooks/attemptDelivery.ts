import type { Clock } from '../clock';
import { fail, note, traceParentOf, withSpan } from '../telemetry/trace';
import type { RenderedDelivery } from './formats/renderDelivery';
import type { SecretCipher } from '../secretCipher';
import type { Sender, SenderResult } from './sender/sender';
import { signatureHeaders } from './delivery/signature';
import { signingSecrets } from './delivery/signingSecrets';
import type { Subscription } from './subscriptions/subscription';

/** Within a ring an answer that takes longer comes too late for another try. */
const RING_TIMEOUT_MS = 5000;
/** Standard Webhooks, "Deliverability and reliability": 15 to 30 s. */
const TIMEOUT_MS = 15_000;

export interface AttemptPorts {
  readonly sender: Pick<Sender, 'send'>;
  readonly secretCipher: SecretCipher;
  readonly clock: Clock;
  /** The DNS name under which the relay sends: `WebHook-Request-Origin`. */
  readonly requestOrigin: string;
}

/** Posts one body to a subscriber, signed for this moment. @param eventId `webhook-id`, the same for every attempt. */
export type AttemptDelivery = (
  subscription: Subscription,
  eventId: string,
  rendered: RenderedDelivery,
  inRing: boolean,
) => Promise<SenderResult>;

const MAX_OPENED = 1000;

/** A secret is opened once for its many deliveries, not each time. */
function rememberOpened({ decryptSecret }: Pick<SecretCipher, 'decryptSecret'>): Pick<SecretCipher, 'decryptSecret'> {
  const secrets = new Map<string, string>();
  return {
    decryptSecret(encrypted, context) {
      const key = `${context} ${encrypted}`;
      const secret = secrets.get(key) ?? decryptSecret(encrypted, context);
      if (secrets.size === MAX_OPENED) secrets.clear();
      secrets.set(key, secret);
      return secret;
    },
  };
}

/** The bytes that are signed are the bytes that are sent, in the trace that `traceparent` names. Errors: those of SecretCipher.decryptSecret. */
export function createAttemptDelivery({ sender, secretCipher, clock, requestOrigin }: AttemptPorts): AttemptDelivery {
  const opened = rememberOpened(secretCipher);
  const attempt: AttemptDelivery = async (subscription, eventId, { contentType, body: text }, inRing) => {
    const body = Buffer.from(text, 'utf8');
    const timestampSeconds = Math.floor(clock.now() / 1000);
    const secrets = signingSecrets(subscription, opened, clock.now());
    const traceparent = traceParentOf();
    return sender.send({
      method: 'POST',
      url: subscription.url,
      headers: {
        'content-type': contentType,
        'user-agent': 'ucwa-relay',
        // CloudEvents, HTTP 1.1 Web Hooks §4.1: the origin that was consented to.
        'WebHook-Request-Origin': requestOrigin,
        ...signatureHeaders({ id: eventId, timestampSeconds, body, secrets }),
        ...(traceparent !== undefined && { traceparent }),
      },
      body,
      timeoutMs: inRing ? RING_TIMEOUT_MS : TIMEOUT_MS,
    });
  };
  // The host alone: the path of a flow's address is a secret.
  return (subscription, ...what) =>
    withSpan(
      'POST',
      {
        kind: 'client',
        facts: () => ({ 'http.request.method': 'POST', 'server.address': new URL(subscription.url).host }),
      },
      async () => {
        const result = await attempt(subscription, ...what);
        if (result.kind === 'response') note({ 'http.response.status_code': result.status });
        if (result.kind === 'networkError') fail(result.reason);
        else if (result.status >= 400) fail(String(result.status));
        return result;
      },
    );
}
