import type { Clock } from '../clock';
import { RelayError, toRelayError } from '../errors/relayError';
import type { Log } from '../telemetry/log';
import { createLeaseWatch } from './leaseWatch';
import { readUntil, type ReadUntil } from './readUntil';
import { LEASE_DURATION_MS, leasesToWrite, type SlotLease, type SlotLeaseStore } from './slots';

/** A heartbeat tells how the accounts are this often, and at once when one of them has come into another state. */
const HEALTH_EVERY_MS = 15_000;
/** A storage account that takes connections and says nothing must not keep a run from ending. */
const RENEW_WITHIN_MS = 3_000;
const GIVE_BACK_WITHIN_MS = 1_000;
/** Two processes that write at once make one of them read again; more rounds than this are left to the next renewal. */
const ROUNDS = 3;

/** What a renewal came to. */
export interface Renewal {
  /**
   * The slots owned now; with one that was just taken, until when another poller is known to have read its accounts'
   * channels, if one ever did.
   */
  readonly owned: ReadonlyMap<number, ReadUntil | undefined>;
  /** The slots that were given to the run that had asked for them. */
  readonly handedOver: ReadonlySet<number>;
  /** Whether a fallback holds slots that were asked for and is about to hand them over. */
  readonly isAsking: boolean;
}

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

/** How a slot's accounts are. */
export interface SlotHealth {
  /** For the heartbeat, see accountHealth.ts. */
  report(slot: number): Uint8Array;
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
 * publish-before-acknowledge and stable ids. So a storage account that is down disconnects no account: what was
 * owned stays owned until somebody else's name stands in the row.
 */
export function createOwnership(slots: readonly number[], health: SlotHealth, ports: OwnershipPorts): Ownership {
  const { owner, leases: store, clock } = ports;
  let renewal: Renewal = { owned: new Map(), handedOver: new Set(), isAsking: false };
  let healthReportedAtMs = -Infinity;
  const watch = createLeaseWatch(clock);
  const clockTimes = () => ({ nowMs: clock.now(), monotonicMs: clock.monotonicMs() });
  let concluded = clockTimes();
  const reportedStates = new Map<number, string>();

  const write = async (): Promise<Renewal | undefined> => {
    const nowMs = clock.now();
    const isDue = nowMs - healthReportedAtMs >= HEALTH_EVERY_MS;
    const states = new Map<number, string>();
    const healthOf = (slot: number): Uint8Array | undefined => {
      const now = health.statesOf(slot);
      states.set(slot, now);
      return isDue || now !== reportedStates.get(slot) ? health.report(slot) : undefined;
    };
    const toWrite = (found: readonly SlotLease[]) =>
      leasesToWrite(watch.judge(found, nowMs), { slots, owner, nowMs, healthOf });
    // A row that a fallback handed over keeps the name of the run that had asked, until now.
    const isNew = (row: SlotLease): boolean => row.owner !== owner || row.askedBy === owner;
    let rows = await store.read();
    const news = new Set(rows.filter(isNew).map(({ slot }) => slot));
    // What the owner before us has told is read at a take-over only.
    let leases = toWrite(rows);
    if (leases.some((lease) => lease.owner === owner && news.has(lease.slot))) {
      rows = await store.read({ health: true });
      leases = toWrite(rows);
    }
    if (!(await store.write(leases))) return undefined;
    if (isDue && leases.length > 0) healthReportedAtMs = nowMs;
    for (const [slot, reported] of states) reportedStates.set(slot, reported);
    return toRenewal(leases, rows, owner, isNew);
  };
  const writeInRounds = async (): Promise<Renewal | undefined> => {
    for (let round = 0; round < ROUNDS; round++) {
      const now = await write();
      if (now !== undefined) return now;
    }
    return undefined;
  };
  const giveBack = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS; round++) {
      const mine = (await store.read()).filter((row) => row.owner === owner);
      if (
        await store.write(
          mine.map((lease) => ({
            ...lease,
            owner: '',
            askedBy: '',
            expiresAtMs: clock.now(),
            health: health.report(lease.slot),
          })),
        )
      )
        return;
    }
  };

  return {
    async renew() {
      try {
        renewal = (await within(RENEW_WITHIN_MS, writeInRounds(), clock)) ?? renewal;
      } catch (error) {
        ports.log.warn('leasesNotRenewed', { error: toRelayError(error).code, leaseMs: LEASE_DURATION_MS });
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
        await within(GIVE_BACK_WITHIN_MS, giveBack(), clock);
      } catch (error) {
        ports.log.warn('leasesNotGivenBack', { error: toRelayError(error).code, lapseMs: LEASE_DURATION_MS });
      }
    },
  };
}

function toRenewal(
  written: readonly SlotLease[],
  rows: readonly SlotLease[],
  owner: string,
  isNew: (row: SlotLease) => boolean,
): Renewal {
  const before = new Map(rows.map((row) => [row.slot, row]));
  const knownUntil = (slot: number): ReadUntil | undefined => {
    const row = before.get(slot);
    return row !== undefined && isNew(row) ? readUntil(row) : undefined;
  };
  const others = written.filter((lease) => lease.owner !== owner);
  return {
    owned: new Map(written.filter((lease) => lease.owner === owner).map(({ slot }) => [slot, knownUntil(slot)])),
    handedOver: new Set(others.map(({ slot }) => slot).filter((slot) => before.get(slot)?.owner === owner)),
    isAsking: [...rows, ...others].some((lease) => lease.owner !== owner && lease.askedBy === owner),
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
