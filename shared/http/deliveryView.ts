import type { DeliveryLogEntry } from '../webhooks/ports';

/** An entry of the delivery log as its reader sees it: times are ISO 8601 in UTC. */
export type DeliveryView = Omit<DeliveryLogEntry, 'round' | 'atMs' | 'nextAtMs'> & {
  readonly at: string;
  readonly nextAt?: string;
};

/** Pure. The round, which only tells repeated sendings apart, is left out: the time tells as much. */
export function toDeliveryView({ round: _round, atMs, nextAtMs, ...entry }: DeliveryLogEntry): DeliveryView {
  return {
    ...entry,
    at: new Date(atMs).toISOString(),
    ...(nextAtMs === undefined ? {} : { nextAt: new Date(nextAtMs).toISOString() }),
  };
}
