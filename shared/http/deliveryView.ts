import type { TroubledDelivery } from '../invitations/record/callRecords';
import { toDeliveryId } from '../invitations/record/eventKey';

/** A delivery that was not `delivered` at its first attempt, as its reader sees it: times are ISO 8601 in UTC. */
export type DeliveryView = Omit<TroubledDelivery, 'event' | 'atMs' | 'nextAtMs' | 'redeliveryId' | 'moves'> & {
  readonly deliveryId: string;
  readonly eventId: string;
  readonly type: string;
  readonly subject: string;
  readonly at: string;
  readonly nextAt?: string;
};

/** Pure. */
export function toDeliveryView(delivery: TroubledDelivery): DeliveryView {
  const { event, atMs, nextAtMs, redeliveryId: _redeliveryId, moves: _moves, ...rest } = delivery;
  return {
    deliveryId: toDeliveryId(event),
    eventId: event.id,
    type: event.type,
    subject: event.subject,
    ...rest,
    at: new Date(atMs).toISOString(),
    ...(nextAtMs === undefined ? {} : { nextAt: new Date(nextAtMs).toISOString() }),
  };
}
