import type { DeliveryCounts, DeliveryLogEntry } from './ports';

/** Before anything was sent. */
export const noDeliveries: DeliveryCounts = { attempts: 0, delivered: 0, expired: 0, dead: 0, disabled: 0, failuresInRow: 0 };

/** The counts with one more entry. An attempt that is to be made again counts as an attempt, not as a delivery. Pure. */
export function countEntry(counts: DeliveryCounts, { attempted, outcome, atMs }: DeliveryLogEntry): DeliveryCounts {
  const counted = {
    ...counts,
    attempts: counts.attempts + (attempted ? 1 : 0),
    ...(outcome !== 'retrying' && { [outcome]: counts[outcome] + 1 }),
  };
  if (!attempted) return counted;
  if (outcome !== 'delivered') return { ...counted, failuresInRow: counts.failuresInRow + 1, failingSinceMs: counts.failingSinceMs ?? atMs };
  return { ...totalsOf(counted), failuresInRow: 0, lastDeliveredMs: atMs };
}

function totalsOf({ attempts, delivered, expired, dead, disabled }: DeliveryCounts) {
  return { attempts, delivered, expired, dead, disabled };
}
