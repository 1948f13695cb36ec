import type { Clock } from '../../clock';
import { fail, note, traceParentOf, withSpan } from '../../telemetry/trace';
import { toSignedRequest } from './signedRequest';
import type { RenderedDelivery } from '../formats/renderDelivery';
import type { Sender, SenderResult } from '../sender/sender';
import type { DecryptSubscription } from '../subscriptions/decryptSubscription';
import type { Subscription } from '../subscriptions/subscription';

export interface PostSignedPorts {
  readonly sender: Pick<Sender, 'send'>;
  readonly decrypt: DecryptSubscription;
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

/** Sends in the trace that `traceparent` names. Errors: those of DecryptSubscription. */
export function createPostSigned({ sender, decrypt, clock, requestOrigin }: PostSignedPorts): PostSigned {
  return async (subscription, eventId, rendered, timeoutMs) => {
    const nowMs = clock.now();
    const decrypted = decrypt(subscription, nowMs);
    // The host alone: the path of a flow's address is a secret.
    const facts = () => ({ 'http.request.method': 'POST', 'server.address': new URL(decrypted.url).host });
    return withSpan('POST', { kind: 'client', facts }, async () => {
      const traceparent = traceParentOf();
      const result = await sender.send(
        toSignedRequest({ subscription: decrypted, eventId, rendered, requestOrigin, traceparent, timeoutMs, nowMs }),
      );
      if (result.kind === 'response') note({ 'http.response.status_code': result.status });
      if (result.kind === 'networkError') fail(result.reason);
      else if (result.status >= 400) fail(String(result.status));
      return result;
    });
  };
}
