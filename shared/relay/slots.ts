import { createHash } from 'node:crypto';

/** Accounts hash to this many fixed slots, for ever: a slot is what one process owns as a whole. */
export const SLOT_COUNT = 64;

/** A process renews its leases this often… */
export const LEASE_RENEWAL_MS = 3_000;
/** …and loses what it has not renewed for this long. */
export const LEASE_DURATION_MS = 10_000;

/** The slot of an account: stable over versions, shards and processes. */
export function slotOf(sipUri: string): number {
  return createHash('sha256').update(sipUri.toLowerCase()).digest().readUInt32BE(0) % SLOT_COUNT;
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
  /** The slot's accounts as `/health` shows them, see accountHealth.ts, at most 64 KiB: a heartbeat carries it, so that no account costs a write of its own. Left as it is when undefined. */
  readonly health?: Uint8Array;
  /** Undefined for a row that is not there yet. */
  readonly etag?: string;
}

export interface SlotLeaseStore {
  /** Without `health` unless that is asked for: a process reads this every few seconds. */
  read(what?: { readonly health: boolean }): Promise<readonly SlotLease[]>;
  /** All or nothing: false when any of the rows was changed by another in the meantime. */
  write(leases: readonly SlotLease[]): Promise<boolean>;
}

export interface LeaseClaim {
  readonly slots: readonly number[];
  readonly owner: string;
  readonly nowMs: number;
  /**
   * How long a slot that was given back, or never had an owner, is left to others: 0, or more for a standby, which lets the
   * owner's next run come first. A lease that has lapsed means that its owner died: that slot is anyone's at once.
   */
  readonly patienceMs: number;
  /** What this heartbeat says of a slot; undefined leaves what the last one said. */
  readonly healthOf: (slot: number) => Uint8Array | undefined;
}

/** The rows that this owner renews or takes now. Pure; whether it gets them is the store's word. */
export function leasesToWrite(rows: readonly SlotLease[], claim: LeaseClaim): SlotLease[] {
  const bySlot = new Map(rows.map((row) => [row.slot, row]));
  return claim.slots.flatMap((slot) => {
    const row = bySlot.get(slot);
    const mine = row?.owner === claim.owner;
    const patienceMs = row?.owner === '' ? claim.patienceMs : 0;
    if (row !== undefined && !mine && row.expiresAtMs + patienceMs > claim.nowMs) return [];
    if (row === undefined && claim.patienceMs > 0) return [];
    const health = claim.healthOf(slot);
    return [
      {
        slot,
        owner: claim.owner,
        expiresAtMs: claim.nowMs + LEASE_DURATION_MS,
        ...(row?.etag === undefined ? {} : { etag: row.etag }),
        ...(health === undefined ? {} : { health }),
      },
    ];
  });
}

/** Until when a process is known to have held the slot, from the row that it left: its last renewal, or when it gave the slot back. */
export function heldUntilMs({ owner, expiresAtMs }: SlotLease): number {
  return owner === '' ? expiresAtMs : expiresAtMs - LEASE_DURATION_MS;
}
