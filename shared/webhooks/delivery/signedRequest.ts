import type { OutgoingRequest } from '../sender/sender';
import type { DecryptedSubscription } from '../subscriptions/decryptSubscription';
import type { RenderedDelivery } from '../formats/renderDelivery';
import { signatureHeaders } from './signature';

export interface SignedRequestInput {
  readonly subscription: DecryptedSubscription;
  /** `webhook-id`, the same for every attempt. */
  readonly eventId: string;
  readonly rendered: RenderedDelivery;
  /** The DNS name under which the relay sends. */
  readonly requestOrigin: string;
  readonly traceparent: string | undefined;
  readonly timeoutMs: number;
  readonly nowMs: number;
}

/** The request of one attempt: the bytes that are signed, for this moment, are the bytes that are sent. Pure. */
export function toSignedRequest(input: SignedRequestInput): OutgoingRequest {
  const { subscription, eventId, rendered, requestOrigin, traceparent, timeoutMs, nowMs } = input;
  const body = Buffer.from(rendered.body, 'utf8');
  const timestampSeconds = Math.floor(nowMs / 1000);
  return {
    method: 'POST',
    url: subscription.url,
    secretHeaders: subscription.headers,
    headers: {
      'content-type': rendered.contentType,
      // CloudEvents, HTTP 1.1 Web Hooks §4.1: the origin that was consented to.
      'WebHook-Request-Origin': requestOrigin,
      ...signatureHeaders({ id: eventId, timestampSeconds, body, secrets: subscription.secrets }),
      ...(traceparent !== undefined && { traceparent }),
    },
    body,
    timeoutMs,
  };
}
