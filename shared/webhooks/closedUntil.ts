import type { DeliveryMessage } from './deliveryMessage';
import { putOffUntilMs } from './putOff';
import type { SubscriberGate } from './subscriberGate';
import type { Subscription } from './subscription';

export interface ClosedUntilPorts {
  readonly gate: Pick<SubscriberGate, 'closed'>;
  /** From 0 to 1; Math.random outside tests. */
  readonly random: () => number;
}

/**
 * Until when a message is put off, without a look at anything else, because its subscriber takes nothing for now. Undefined
 * where it may, and where the ring would be over by then: that is not to be put off, but to end.
 */
export function closedUntilMs(message: Pick<DeliveryMessage, 'event' | 'deferrals'>, subscription: Subscription, { gate, random }: ClosedUntilPorts): number | undefined {
  if (subscription.state.name !== 'active') return undefined;
  const refusal = gate.closed(subscription);
  const atMs = refusal === undefined ? Infinity : putOffUntilMs(refusal, message, random());
  return atMs < (message.event.expiryTimeMs ?? Infinity) ? atMs : undefined;
}
