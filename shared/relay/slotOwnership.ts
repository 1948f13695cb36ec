import { toRelayError } from '../errors/relayError';
import { withDeadline } from '../withDeadline';
import { createLeaseRows, type LeaseRowsPorts, type SlotHealth } from './leaseRows';
import { LEASE_DURATION_MS } from './slots';
import type { Log } from '../telemetry/log';
import type { Renewal } from './renewal';

/** A storage account that takes connections and says nothing must not keep a run from ending. */
const RENEW_WITHIN_MS = 3_000;
const GIVE_BACK_WITHIN_MS = 1_000;

export interface Ownership {
  /** Renews what is ours, takes what nobody has, asks a fallback for what it has and, being one, hands over. Within 3 s; never rejects. */
  renew(): Promise<Renewal>;
  /**
   * Tells how far its accounts' channels were read, and gives everything back, so that the next run need not wait for
   * a lapse. Within a second; never rejects.
   */
  giveBack(): Promise<void>;
  /** Whether so long has passed since the last renewal that another poller may have taken what is ours: the process stood still. */
  mayHaveLapsed(): boolean;
}

export interface OwnershipPorts extends LeaseRowsPorts {
  readonly log: Log;
}

/**
 * Which slots this run owns. The lease only keeps two pollers from replacing each other's polls; safety comes from
 * publish-before-acknowledge and stable ids. So a storage account that is down disconnects no account: what was
 * owned stays owned until somebody else's name stands in the row.
 */
export function createOwnership(slots: () => readonly number[], health: SlotHealth, ports: OwnershipPorts): Ownership {
  const { clock, log } = ports;
  const rows = createLeaseRows(slots, health, ports);
  let renewal: Renewal = { owned: new Map(), handedOver: new Set(), isAsking: false };
  const clockTimes = () => ({ nowMs: clock.now(), monotonicMs: clock.monotonicMs() });
  let concluded = clockTimes();

  return {
    async renew() {
      try {
        // What a renewal that comes too late still writes is read by the next one.
        renewal = (await withDeadline(clock, rows.renew(), RENEW_WITHIN_MS)) ?? renewal;
      } catch (error) {
        log.warn('leasesNotRenewed', { error: toRelayError(error).code, leaseMs: LEASE_DURATION_MS });
      }
      concluded = clockTimes();
      return renewal;
    },
    mayHaveLapsed() {
      const since = clockTimes();
      // The machine's clock goes on while a virtual machine is suspended; the monotonic one cannot be set.
      const agoMs = Math.max(since.nowMs - concluded.nowMs, since.monotonicMs - concluded.monotonicMs);
      return agoMs >= LEASE_DURATION_MS;
    },
    async giveBack() {
      try {
        await withDeadline(clock, rows.giveBack(), GIVE_BACK_WITHIN_MS);
      } catch (error) {
        log.warn('leasesNotGivenBack', { error: toRelayError(error).code, lapseMs: LEASE_DURATION_MS });
      }
    },
  };
}
