import type { Clock } from '../clock';
import { RelayError, toRelayError } from '../errors/relayError';
import type { Log } from '../telemetry/log';
import { readUntil, type ReadUntil } from './readUntil';
import { LEASE_DURATION_MS, leasesToWrite, type SlotLease, type SlotLeaseStore } from './slots';

/** A heartbeat tells how the accounts are this often, and at once when one of them has come into another state. */
const HEALTH_EVERY_MS = 15_000;
/** A storage account that takes connections and says nothing must not keep a run from ending. */
const RENEW_WITHIN_MS = 3_000;
const GIVE_BACK_WITHIN_MS = 1_000;
/** Two processes that write at once make one of them read again; more rounds than this are left to the next renewal. */
const ROUNDS = 3;

export interface Ownership {
  /**
   * Renews what is ours and takes what nobody has. The slots owned now; with one that was just taken, until when another
   * process is known to have read its accounts' channels, if one ever did. Within 3 s; never rejects.
   */
  renew(): Promise<ReadonlyMap<number, ReadUntil | undefined>>;
  /** Tells how far its accounts' channels were read, and gives everything back, so that the next run need not wait for a lapse. Within a second; never rejects. */
  giveBack(): Promise<void>;
}

/** How a slot's accounts are. */
export interface SlotHealth {
  /** For the heartbeat, see accountHealth.ts. */
  tell(slot: number): Uint8Array;
  /** Changes when an account comes into another state; cheap, for it is asked at each renewal. */
  statesOf(slot: number): string;
}

export interface OwnershipPorts {
  readonly leases: SlotLeaseStore;
  readonly owner: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Which slots this run owns. The lease only keeps two pollers from replacing each other's polls; safety comes from
 * publish-before-acknowledge and stable ids. So a storage account that is down does not take calls off the air: what was
 * owned stays owned until somebody else's name stands in the row.
 */
export function createOwnership(
  slots: readonly number[],
  patienceMs: number,
  health: SlotHealth,
  ports: OwnershipPorts,
): Ownership {
  let owned: ReadonlyMap<number, ReadUntil | undefined> = new Map();
  let healthToldAtMs = -Infinity;
  const statesTold = new Map<number, string>();

  const write = async (): Promise<ReadonlyMap<number, ReadUntil | undefined> | undefined> => {
    const nowMs = ports.clock.now();
    const isDue = nowMs - healthToldAtMs >= HEALTH_EVERY_MS;
    const states = new Map(slots.map((slot) => [slot, health.statesOf(slot)]));
    const healthOf = (slot: number): Uint8Array | undefined =>
      isDue || states.get(slot) !== statesTold.get(slot) ? health.tell(slot) : undefined;
    const toWrite = (found: readonly SlotLease[]) =>
      leasesToWrite(found, { slots, owner: ports.owner, nowMs, patienceMs, healthOf });
    let rows = await ports.leases.read();
    const others = new Set(rows.filter(({ owner }) => owner !== ports.owner).map(({ slot }) => slot));
    // What the owner before us has told is read at a take-over only.
    if (toWrite(rows).some(({ slot }) => others.has(slot))) rows = await ports.leases.read({ health: true });
    const leases = toWrite(rows);
    if (!(await ports.leases.write(leases))) return undefined;
    if (isDue) healthToldAtMs = nowMs;
    for (const { slot } of leases) statesTold.set(slot, states.get(slot) ?? '');
    const before = new Map(rows.map((row) => [row.slot, row.owner === ports.owner ? undefined : readUntil(row)]));
    return new Map(leases.map(({ slot }) => [slot, before.get(slot)]));
  };
  const writeInRounds = async (): Promise<ReadonlyMap<number, ReadUntil | undefined> | undefined> => {
    for (let round = 0; round < ROUNDS; round++) {
      const now = await write();
      if (now !== undefined) return now;
    }
    return undefined;
  };
  const giveBack = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS; round++) {
      const mine = (await ports.leases.read()).filter(({ owner }) => owner === ports.owner);
      if (
        await ports.leases.write(
          mine.map((lease) => ({
            ...lease,
            owner: '',
            expiresAtMs: ports.clock.now(),
            health: health.tell(lease.slot),
          })),
        )
      )
        return;
    }
  };

  return {
    async renew() {
      try {
        owned = (await within(RENEW_WITHIN_MS, writeInRounds(), ports.clock)) ?? owned;
      } catch (error) {
        ports.log.warn('leasesNotRenewed', { error: toRelayError(error).code, leaseMs: LEASE_DURATION_MS });
      }
      return owned;
    },
    async giveBack() {
      try {
        await within(GIVE_BACK_WITHIN_MS, giveBack(), ports.clock);
      } catch (error) {
        ports.log.warn('leasesNotGivenBack', { error: toRelayError(error).code, lapseMs: LEASE_DURATION_MS });
      }
    },
  };
}

/** Rejects with `storageUnavailable` when the time is up; the work goes on, and what it still writes is read by the next round. */
async function within<Result>(timeoutMs: number, work: Promise<Result>, clock: Clock): Promise<Result> {
  const done = new AbortController();
  const timeUp = clock.sleep(timeoutMs, done.signal).then(() => {
    throw new RelayError(
      'storageUnavailable',
      `The storage account did not answer within ${String(timeoutMs / 1000)} s.`,
    );
  });
  // It rejects too when the work was faster; nobody waits for it then.
  timeUp.catch(() => undefined);
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    done.abort();
  }
}
