import { compact } from '../invitations/compact';
import type { DeliveryCounts, DeliveryLogEntry } from './ports';

/** Before anything was sent. */
export const noDeliveries: DeliveryCounts = {
  attempts: 0,
  delivered: 0,
  expired: 0,
  dead: 0,
  disabled: 0,
  failuresInRow: 0,
};

/** The counts with one more entry. An attempt that is to be made again counts as an attempt, not as a delivery. Pure. */
export function countEntry(counts: DeliveryCounts, { attempted, outcome, atMs }: DeliveryLogEntry): DeliveryCounts {
  const counted = {
    ...counts,
    attempts: counts.attempts + (attempted ? 1 : 0),
    ...(outcome !== 'retrying' && { [outcome]: counts[outcome] + 1 }),
  };
  if (!attempted) return counted;
  if (outcome !== 'delivered')
    return {
      ...counted,
      failuresInRow: counts.failuresInRow + 1,
      failingSinceMs: counts.failingSinceMs ?? atMs,
      lastFailedMs: atMs,
    };
  return { ...totalsOf(counted), failuresInRow: 0, lastDeliveredMs: atMs };
}

/** The counts of several writers of one subscription as one: a success of any of them ends the failing of all. Pure. */
export function sumCounts(parts: readonly DeliveryCounts[]): DeliveryCounts {
  const lastDeliveredMs = latestOf(parts.map((part) => part.lastDeliveredMs));
  const failing = parts.filter(
    ({ lastFailedMs }) => lastFailedMs !== undefined && lastFailedMs >= (lastDeliveredMs ?? -Infinity),
  );
  const sum = (name: keyof typeof noDeliveries, of = parts): number =>
    of.reduce((total, part) => total + (part[name] ?? 0), 0);
  return {
    attempts: sum('attempts'),
    delivered: sum('delivered'),
    expired: sum('expired'),
    dead: sum('dead'),
    disabled: sum('disabled'),
    failuresInRow: sum('failuresInRow', failing),
    // A writer that has seen no success itself counts from the other's.
    ...(failing.length > 0 && {
      failingSinceMs: Math.min(
        ...failing.map(({ failingSinceMs = 0 }) => Math.max(failingSinceMs, lastDeliveredMs ?? 0)),
      ),
    }),
    ...compact({ lastDeliveredMs, lastFailedMs: latestOf(failing.map((part) => part.lastFailedMs)) }),
  };
}

function latestOf(moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function totalsOf({ attempts, delivered, expired, dead, disabled }: DeliveryCounts) {
  return { attempts, delivered, expired, dead, disabled };
}
