import type { Clock } from '../clock';
import { createLeaseWatch } from './leaseWatch';
import { toRenewal, type Renewal } from './renewal';
import { leasesToWrite, type SlotLease, type SlotLeaseStore } from './slots';

/** A heartbeat says how the accounts are this often, and at once when one of them has come into another state. */
const HEALTH_EVERY_MS = 15_000;
/** Two processes that write at once make one of them read again; more rounds than this are left to the next renewal. */
const ROUNDS = 3;

/** How a slot's accounts are. */
export interface SlotHealth {
  /** For the heartbeat, see accountHealth.ts; undefined leaves what the last one said. */
  report(slot: number): Uint8Array | undefined;
  /** Another number whenever one of the slot's accounts has come into another state. */
  changesOf(slot: number): number;
}

export interface LeaseRowsPorts {
  readonly leases: SlotLeaseStore;
  readonly owner: string;
  readonly clock: Clock;
}

/** The lease rows of a run's slots. Both reject where the storage account cannot be reached. */
export interface LeaseRows {
  /** Writes the rows that are due; undefined where other processes were faster each time. */
  renew(): Promise<Renewal | undefined>;
  /** Frees the rows that are ours, with the last health of their accounts. */
  giveBack(): Promise<void>;
}

/**
 * Rows of `slots`, asked for at each renewal, as `owner` writes them. They are not read while all are the owner's: a row
 * that another has changed since, to take it or to ask for it, refuses the write, and then they are.
 */
export function createLeaseRows(slots: () => readonly number[], health: SlotHealth, ports: LeaseRowsPorts): LeaseRows {
  const { owner, leases: store, clock } = ports;
  const watch = createLeaseWatch(clock);
  const due = createDueHealth(health);
  /** As they were written last. */
  let known: readonly SlotLease[] = [];

  const knownIfOurs = (): readonly SlotLease[] | undefined => {
    const ours = new Set(known.filter((row) => row.owner === owner).map(({ slot }) => slot));
    return slots().every((slot) => ours.has(slot)) ? known : undefined;
  };
  const renewOnce = async (): Promise<Renewal | undefined> => {
    const nowMs = clock.now();
    const reports = due.at(nowMs);
    const toWrite = (found: readonly SlotLease[]) =>
      leasesToWrite(watch.judge(found, nowMs), { slots: slots(), owner, nowMs, healthOf: reports.of });
    // A row that a fallback handed over keeps the name of the run that had asked, until now.
    const isNew = (row: SlotLease): boolean => row.owner !== owner || row.askedBy === owner;
    let rows = knownIfOurs() ?? (await store.read());
    known = [];
    const news = new Set(rows.filter(isNew).map(({ slot }) => slot));
    // What the owner before us has reported is read at a take-over only.
    let leases = toWrite(rows);
    if (leases.some((lease) => lease.owner === owner && news.has(lease.slot))) {
      rows = await store.read({ health: true });
      leases = toWrite(rows);
    }
    const written = await store.write(leases);
    if (written === undefined) return undefined;
    known = written;
    reports.written(leases.length > 0);
    return toRenewal(leases, rows, owner, isNew);
  };
  const giveBackOnce = async (): Promise<true | undefined> => {
    const mine = (await store.read()).filter((row) => row.owner === owner);
    const free = { owner: '', askedBy: '', expiresAtMs: clock.now() };
    const freed = mine.map((lease) => {
      const reported = health.report(lease.slot);
      return { ...lease, ...free, ...(reported === undefined ? {} : { health: reported }) };
    });
    return (await store.write(freed)) && true;
  };
  return {
    renew: () => inRounds(renewOnce),
    async giveBack() {
      await inRounds(giveBackOnce);
    },
  };
}

async function inRounds<Result>(attempt: () => Promise<Result | undefined>): Promise<Result | undefined> {
  for (let round = 0; round < ROUNDS; round++) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  return undefined;
}

/** Which slots' health is to be written: all every 15 s, and each whose accounts' states have changed. */
function createDueHealth(health: SlotHealth) {
  let reportedAtMs = -Infinity;
  const reportedChanges = new Map<number, number>();
  return {
    at(nowMs: number) {
      const isDue = nowMs - reportedAtMs >= HEALTH_EVERY_MS;
      const changes = new Map<number, number>();
      return {
        of: (slot: number): Uint8Array | undefined => {
          const now = health.changesOf(slot);
          changes.set(slot, now);
          return isDue || now !== reportedChanges.get(slot) ? health.report(slot) : undefined;
        },
        written(hasRows: boolean): void {
          if (isDue && hasRows) reportedAtMs = nowMs;
          for (const [slot, reported] of changes) reportedChanges.set(slot, reported);
        },
      };
    },
  };
}
