import type { AccountSettings } from '../config/settings';
import { observeChannels } from '../telemetry/metrics';
import type { UcwaSession } from '../ucwa/session';
import { encodeSlotHealth, toAccountHealth } from './accountHealth';
import type { RelayPorts } from './relayAccount';
import { createSlotChannels, type SlotChannels } from './slotChannels';
import type { SlotHealth } from './leaseRows';
import type { Renewal } from './renewal';
import { createOwnership, type Ownership } from './slotOwnership';
import { ASKING_INTERVAL_MS, FALLBACK_RENEWAL_MS, isFallback, LEASE_RENEWAL_MS, slotOf } from './slots';
import type { SlotLeaseStore } from './slots';

export interface PollPorts extends RelayPorts {
  readonly accounts: readonly AccountSettings[];
  readonly session: (account: AccountSettings) => UcwaSession;
  readonly leases: SlotLeaseStore;
  /** Names this process and poller; unique, from `newOwner`. */
  readonly owner: string;
}

export interface PollRun {
  /** The slots that the poller may take. */
  readonly slots: readonly number[];
  /** The run ends itself after this: well under the platform's function timeout, which would kill the worker. Undefined: never. */
  readonly runMs?: number;
}

/** What is being published when a run ends gets this long; what is not published then is not acknowledged and comes again. */
const STOP_WITHIN_MS = 3_000;

/**
 * Owns the run's slots as far as no other poller does, keeps one event channel open for each of their accounts, and ends at
 * the deadline or when `signal` aborts: it gives its slots back first, so that another poller takes them while its own
 * channels end, and resolves within 3 seconds. Never rejects.
 *
 * A fallback's owner takes only slots that nobody holds, and hands a slot over as soon as a timer's run asks for it. Table
 * operations: one query and one transaction for each renewal, one query alone for a fallback that owns nothing, and one
 * query more at a take-over, whatever the number of accounts.
 */
export async function pollSlots(run: PollRun, ports: PollPorts, signal: AbortSignal): Promise<void> {
  const deadline = new AbortController();
  const stop = AbortSignal.any([signal, deadline.signal]);
  if (run.runMs !== undefined) void ports.clock.sleep(run.runMs, stop).then(() => deadline.abort());

  const sessionsOf = createSessionsBySlot(ports);
  const slots = run.slots.filter((slot) => sessionsOf.has(slot));
  const fallback = isFallback(ports.owner);
  const ownership = createOwnership(slots, slotHealth(sessionsOf.get), ports);
  let renewing: Promise<Renewal> | undefined;
  /** One renewal at a time, for all callers. */
  const renew = (): Promise<Renewal> =>
    (renewing ??= renewNow(ownership, channels, ports).finally(() => (renewing = undefined)));
  const confirmLease = async (): Promise<void> => {
    if (ownership.mayHaveLapsed()) await renew();
  };
  const channels = createSlotChannels(sessionsOf.get, ports, stop, confirmLease);
  const stopObserving = observeChannels(() => channels.observe());

  while (!stop.aborted) {
    const { isAsking } = await renew();
    await ports.clock.sleep(isAsking ? ASKING_INTERVAL_MS : fallback ? FALLBACK_RENEWAL_MS : LEASE_RENEWAL_MS, stop);
  }

  stopObserving();
  // A renewal that is under way must not take back what is given back.
  const givenBack = (renewing ?? Promise.resolve()).then(() => ownership.giveBack());
  await Promise.all([givenBack, channels.ended(STOP_WITHIN_MS)]);
}

/** Renews, closes the channels of slots that are not ours any more, and opens those of slots that have become ours. */
async function renewNow(ownership: Ownership, channels: SlotChannels, { log, owner }: PollPorts): Promise<Renewal> {
  const renewal = await ownership.renew();
  const { owned, handedOver } = renewal;
  for (const slot of channels.slots()) {
    if (owned.has(slot)) continue;
    if (handedOver.has(slot)) channels.handOver(slot);
    else {
      log.warn('slotLost', { slot });
      channels.close(slot);
    }
  }
  const taken = [...owned].filter(([slot]) => !channels.slots().includes(slot));
  for (const [slot, readUntil] of taken) channels.open(slot, readUntil);
  if (isFallback(owner) && taken.length > 0) log.info('slotsTakenByFallback', { slots: taken.length });
  return renewal;
}

/** The accounts' sessions, by slot; made when a slot is first asked for, since a fallback rarely polls any. */
function createSessionsBySlot({ accounts, session }: PollPorts): {
  readonly has: (slot: number) => boolean;
  readonly get: (slot: number) => readonly UcwaSession[];
} {
  const accountsOf = new Map<number, AccountSettings[]>();
  for (const account of accounts) {
    const slot = slotOf(account.sipUri);
    accountsOf.set(slot, [...(accountsOf.get(slot) ?? []), account]);
  }
  const sessions = new Map<number, readonly UcwaSession[]>();
  return {
    has: (slot) => accountsOf.has(slot),
    get(slot) {
      const known = sessions.get(slot) ?? (accountsOf.get(slot) ?? []).map(session);
      sessions.set(slot, known);
      return known;
    },
  };
}

function slotHealth(sessionsOf: (slot: number) => readonly UcwaSession[]): SlotHealth {
  return {
    report: (slot) =>
      encodeSlotHealth(sessionsOf(slot).map((session) => toAccountHealth(session.account.sipUri, session.health()))),
    statesOf: (slot) =>
      sessionsOf(slot)
        .map((session) => session.health().state)
        .join(),
  };
}
