import type { Clock } from '../../clock';
import { fail, note, traceParentOf, withSpan } from '../../telemetry/trace';
import type { RenderedDelivery } from '../formats/renderDelivery';
import type { SecretCipher } from '../../secretCipher';
import type { Sender, SenderResult } from '../sender/sender';
import { signatureHeaders } from './signature';
import { signingSecrets } from './signingSecrets';
import type { Subscription } from '../subscriptions/subscription';

export interface PostSignedPorts {
  readonly sender: Pick<Sender, 'send'>;
  readonly secretCipher: SecretCipher;
  readonly clock: Clock;
  /** The DNS name under which the relay sends: `WebHook-Request-Origin`. */
  readonly requestOrigin: string;
}

/** Posts one body to a subscriber, signed for this moment. @param eventId `webhook-id`, the same for every attempt. @param timeoutMs until the response's headers. */
export type PostSigned = (
  subscription: Subscription,
  eventId: string,
  rendered: RenderedDelivery,
  timeoutMs: number,
) => Promise<SenderResult>;

const MAX_REMEMBERED = 1000;

/** Decrypts a secret once for its many deliveries. */
function rememberDecrypted({
  decryptSecret,
}: Pick<SecretCipher, 'decryptSecret'>): Pick<SecretCipher, 'decryptSecret'> {
  const secrets = new Map<string, string>();
  return {
    decryptSecret(encrypted, context) {
      const key = `${context} ${encrypted}`;
      const secret = secrets.get(key) ?? decryptSecret(encrypted, context);
      if (secrets.size === MAX_REMEMBERED) secrets.clear();
      secrets.set(key, secret);
      return secret;
    },
  };
}

/** The bytes that are signed are the bytes that are sent, in the trace that `traceparent` names. Errors: those of SecretCipher.decryptSecret. */
export function createPostSigned({ sender, secretCipher, clock, requestOrigin }: PostSignedPorts): PostSigned {
  const cipher = rememberDecrypted(secretCipher);
  const post: PostSigned = async (subscription, eventId, { contentType, body: text }, timeoutMs) => {
    const body = Buffer.from(text, 'utf8');
    const timestampSeconds = Math.floor(clock.now() / 1000);
    const secrets = signingSecrets(subscription, cipher, clock.now());
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
      timeoutMs,
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
        const result = await post(subscription, ...what);
        if (result.kind === 'response') note({ 'http.response.status_code': result.status });
        if (result.kind === 'networkError') fail(result.reason);
        else if (result.status >= 400) fail(String(result.status));
        return result;
      },
    );
}
