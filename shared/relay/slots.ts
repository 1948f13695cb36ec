import { createHash } from 'node:crypto';

/** Accounts hash to this many fixed slots, for ever: a slot is what one process owns as a whole. */
export const SLOT_COUNT = 64;

/** A process renews its leases this often… */
export const LEASE_RENEWAL_MS = 3_000;
/** …and loses what it has not renewed for this long. */
export const LEASE_DURATION_MS = 10_000;

/** A fallback reads the leases this often, and takes what was given back for a second: together within 3 s. */
export const FALLBACK_RENEWAL_MS = 2_000;
/** A run that ends is followed by the next one within milliseconds; a fallback that came between would sign every account in anew. */
const FALLBACK_GRACE_MS = 1_000;
/** A run that has asked for a slot reads the leases this often: the fallback that hands it over must not wait for the run. */
export const ASKING_INTERVAL_MS = 500;

const FALLBACK = 'fallback:';

/** A name for a poller: of a timer's run, or of the fallback that polls what no run does. @param id unique. */
export function newOwner(kind: 'run' | 'fallback', id: string): string {
  return kind === 'fallback' ? FALLBACK + id : id;
}

export function isFallback(owner: string): boolean {
  return owner.startsWith(FALLBACK);
}

/** The slot of an account: stable over versions, shards and processes. */
export function slotOf(sipUri: string): number {
  return createHash('sha256').update(sipUri.toLowerCase()).digest().readUInt32BE(0) % SLOT_COUNT;
}

/** As slotOf, of an account's key: both are the start of the same hash (accountKey). */
export function slotOfKey(accountKey: string): number {
  return parseInt(accountKey.slice(0, 8), 16) % SLOT_COUNT;
}

/** Shard i of N takes the slots that are i modulo N. */
export function slotsOfShard(shard: number, shardCount: number): number[] {
  return Array.from({ length: SLOT_COUNT }, (_, slot) => slot).filter((slot) => slot % shardCount === shard);
}

export interface SlotLease {
  readonly slot: number;
  /** Empty when it was given back. */
  readonly owner: string;
  /** Milliseconds since the epoch; when it was given back, the moment of that. */
  readonly expiresAtMs: number;
  /**
   * The run that asks the owner, a fallback, for the slot. Stays when the slot is handed over, until the run's first
   * renewal. Empty or absent: none; absent in a row to be written: left as it is.
   */
  readonly askedBy?: string;
  /**
   * The slot's accounts as `/health` shows them, see accountHealth.ts, at most 64 KiB: a heartbeat carries it, so
   * that no account costs a write of its own. Left as it is when undefined.
   */
  readonly health?: Uint8Array;
  /** Undefined for a row that is not there yet. */
  readonly etag?: string;
}

export interface SlotLeaseStore {
  /** Without `health` unless that is asked for: a process reads this every few seconds. */
  read(what?: { readonly health: boolean }): Promise<readonly SlotLease[]>;
  /**
   * All or nothing: the rows as they were written, each with its new etag and without `health`; undefined when any of
   * them was changed by another in the meantime.
   */
  write(leases: readonly SlotLease[]): Promise<readonly SlotLease[] | undefined>;
}

export interface LeaseClaim {
  readonly slots: readonly number[];
  readonly owner: string;
  readonly nowMs: number;
  /** What this heartbeat says of a slot; undefined leaves what the last one said. */
  readonly healthOf: (slot: number) => Uint8Array | undefined;
}

/**
 * The rows that this owner writes now: it renews its own, takes what nobody holds (a fallback a second later than a run),
 * asks a fallback for what it holds, and, being one, hands over what it is asked for. Pure; whether the rows are written
 * is the store's word.
 */
export function leasesToWrite(rows: readonly SlotLease[], claim: LeaseClaim): SlotLease[] {
  const bySlot = new Map(rows.map((row) => [row.slot, row]));
  const { owner, nowMs } = claim;
  const leaseOf = (slot: number, row: SlotLease | undefined, change: { owner: string; askedBy: string }) => {
    const health = claim.healthOf(slot);
    return {
      slot,
      ...change,
      expiresAtMs: nowMs + LEASE_DURATION_MS,
      ...(row?.etag === undefined ? {} : { etag: row.etag }),
      ...(health === undefined ? {} : { health }),
    };
  };
  return claim.slots.flatMap((slot) => {
    const row = bySlot.get(slot);
    const { askedBy = '' } = row ?? {};
    if (row?.owner === owner && isFallback(owner) && askedBy !== '')
      return [leaseOf(slot, row, { owner: askedBy, askedBy })];
    if (row === undefined || row.owner === owner || isFree(row, claim))
      return [leaseOf(slot, row, { owner, askedBy: '' })];
    const asks = !isFallback(owner) && isFallback(row.owner) && askedBy !== owner;
    return asks ? [{ ...row, askedBy: owner }] : [];
  });
}

/** A lease that has lapsed means that its owner died: that slot is anyone's at once. */
function isFree(row: SlotLease, { owner, nowMs }: LeaseClaim): boolean {
  const graceMs = row.owner === '' && isFallback(owner) ? FALLBACK_GRACE_MS : 0;
  return row.expiresAtMs + graceMs <= nowMs;
}

/** The clocks of two machines differ by less. */
const CLOCK_SKEW_MS = 5_000;

/** Whether the lease ends further in the future than a lease can last: its owner's clock is, or was, wrong. Pure. */
export function hasImpossibleEnd({ expiresAtMs }: Pick<SlotLease, 'expiresAtMs'>, nowMs: number): boolean {
  return expiresAtMs > nowMs + LEASE_DURATION_MS + CLOCK_SKEW_MS;
}

/** Until when a process is known to have held the slot, from the row that it left: its last renewal, or when it gave the slot back. */
export function heldUntilMs({ owner, expiresAtMs }: SlotLease): number {
  return owner === '' ? expiresAtMs : expiresAtMs - LEASE_DURATION_MS;
}
