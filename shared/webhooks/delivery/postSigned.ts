import type { Clock } from '../../clock';
import { setStatus, setAttributes, traceParentOf, withSpan } from '../../telemetry/trace';
import type { RenderedDelivery } from '../formats/renderDelivery';
import type { Sender, SenderResult } from '../sender/sender';
import type { DecryptSubscription } from '../subscriptions/subscriptionSecrets';
import type { Subscription } from '../subscriptions/subscription';
import type { DeliveryPolicies } from './deliveryPolicy';
import type { OwnRound } from './concurrency';
import { signatureHeaders } from './signature';

export interface PostSignedPorts {
  readonly sender: Pick<Sender, 'send'>;
  readonly decrypt: DecryptSubscription;
  readonly clock: Clock;
  /** The DNS name under which the relay sends: `WebHook-Request-Origin`. */
  readonly requestOrigin: string;
}

/**
 * Posts one body to a subscriber, signed for this moment. @param eventId `webhook-id`, the same for every attempt.
 * @param timeoutMs until the response's headers.
 */
export type PostSigned = (
  subscription: Subscription,
  eventId: string,
  rendered: RenderedDelivery,
  timeoutMs: number,
) => Promise<SenderResult>;

/**
 * Sends in the trace that `traceparent` names; the bytes that are signed are the bytes that are sent. Errors: those of
 * DecryptSubscription.
 */
export function createPostSigned({ sender, decrypt, clock, requestOrigin }: PostSignedPorts): PostSigned {
  return async (subscription, eventId, rendered, timeoutMs) => {
    const nowMs = clock.now();
    const { url, headers, secrets } = decrypt(subscription, nowMs);
    const body = Buffer.from(rendered.body, 'utf8');
    const timestampSeconds = Math.floor(nowMs / 1000);
    // The host alone: the path of a flow's address is a secret.
    const attributes = () => ({ 'http.request.method': 'POST', 'server.address': new URL(url).host });
    return withSpan('POST', { kind: 'client', attributes }, async () => {
      const traceparent = traceParentOf();
      const result = await sender.send({
        method: 'POST',
        url,
        secretHeaders: headers,
        headers: {
          'content-type': rendered.contentType,
          // CloudEvents, HTTP 1.1 Web Hooks §4.1: the origin that was consented to.
          'WebHook-Request-Origin': requestOrigin,
          ...signatureHeaders({ id: eventId, timestampSeconds, body, secrets }),
          ...(traceparent !== undefined && { traceparent }),
        },
        body,
        timeoutMs,
      });
      if (result.kind === 'response') setAttributes({ 'http.response.status_code': result.status });
      if (result.kind === 'networkError') setStatus(result.reason);
      else if (result.status >= 400) setStatus(String(result.status));
      return result;
    });
  };
}

/**
 * Posts at once to subscribers whose last attempt succeeded, and to all others, failing or never tried, in a round of the event loop
 * of their own; a failure goes on in one too, since time-outs of one event come together. A ring for a subscriber that is well does not
 * wait until hundreds of requests are signed, sent or recorded.
 */
export function createPostHealthyFirst(post: PostSigned, policies: DeliveryPolicies, ownRound: OwnRound): PostSigned {
  return async (subscription, ...rest) => {
    if (!policies(subscription).hasSucceeded()) await ownRound();
    const result = await post(subscription, ...rest);
    if (result.kind === 'networkError') await ownRound();
    return result;
  };
}
