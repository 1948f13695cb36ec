import { toRelayError } from '../errors/relayError';
import { observeChannels } from '../telemetry/metrics';
import { settlesBy, withDeadline } from '../withDeadline';
import type { AccountSource } from './accountSource';
import { createSlotChannels, type SlotChannelPorts, type SlotChannels } from './slotChannels';
import type { SlotHistory } from './slotHistory';
import type { Renewal } from './renewal';
import { createOwnership, type Ownership } from './slotOwnership';
import { ASKING_INTERVAL_MS, FALLBACK_RENEWAL_MS, isFallback, LEASE_RENEWAL_MS } from './slots';
import type { SlotLeaseStore } from './slots';

export interface PollPorts extends SlotChannelPorts {
  readonly accounts: AccountSource;
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
const STOP_WITHIN_MS = 2_000;
/** So long the channels wait for the slots to be given back: where thousands end, nothing else is done for seconds. */
const GIVE_BACK_FIRST_MS = 1_000;

/**
 * Owns the run's slots as far as no other poller does, keeps one event channel open for each of their accounts, and ends at
 * the deadline or when `signal` aborts: it gives its slots back first, so that another poller takes them while its own
 * channels end, and resolves within 3 seconds. Never rejects. An account that was added, changed or removed is so here with
 * the next heartbeat.
 *
 * A fallback's owner takes only slots that nobody holds, and hands a slot over as soon as a timer's run asks for it. Table
 * operations: a read and a transaction for each renewal, a second read where not all slots are its own, the reads alone
 * for a fallback that owns nothing, one query more at a take-over, and one for each slot whose accounts have changed,
 * whatever the number of accounts.
 */
export async function pollSlots(run: PollRun, ports: PollPorts, signal: AbortSignal): Promise<void> {
  const deadline = new AbortController();
  const stop = AbortSignal.any([signal, deadline.signal]);
  if (run.runMs !== undefined) void ports.clock.sleep(run.runMs, stop).then(() => deadline.abort());

  const fallback = isFallback(ports.owner);
  const slots = (): number[] => {
    const inUse = ports.accounts.slots();
    return run.slots.filter((slot) => inUse.has(slot));
  };
  const ownership = createOwnership(
    slots,
    { report: (slot) => channels.report(slot), changesOf: (slot) => channels.changesOf(slot) },
    ports,
  );
  let renewing: Promise<Renewal> | undefined;
  /** One renewal at a time, for all callers. */
  const renew = (): Promise<Renewal> =>
    (renewing ??= renewNow(ownership, channels, opening, ports).finally(() => (renewing = undefined)));
  const confirmLease = async (): Promise<void> => {
    if (ownership.mayHaveLapsed() && !stop.aborted) await renew();
  };
  const leave = new AbortController();
  const channels = createSlotChannels(ports, leave.signal, confirmLease);
  const opening = new OpeningSlots(channels, ports);
  const stopObserving = observeChannels(() => channels.observe());

  while (!stop.aborted) {
    const { isAsking } = await renew();
    await ports.clock.sleep(isAsking ? ASKING_INTERVAL_MS : fallback ? FALLBACK_RENEWAL_MS : LEASE_RENEWAL_MS, stop);
  }

  stopObserving();
  // A renewal that is under way must not take back what is given back.
  const givenBack = (renewing ?? Promise.resolve()).then(() => ownership.giveBack());
  await settlesBy(ports.clock, givenBack, ports.clock.now() + GIVE_BACK_FIRST_MS);
  leave.abort();
  await Promise.all([givenBack, channels.ended(STOP_WITHIN_MS)]);
}

/**
 * Renews, closes the channels of slots that are not ours any more, and brings those of our slots into line with their accounts:
 * as soon as they are read, for a renewal must not wait.
 */
async function renewNow(
  ownership: Ownership,
  channels: SlotChannels,
  opening: OpeningSlots,
  { accounts, clock, log, owner }: PollPorts,
): Promise<Renewal> {
  await withDeadline(clock, accounts.refresh()).catch((error: unknown) =>
    log.warn('accountsNotRead', { error: toRelayError(error).code }),
  );
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
  const taken = opening.own(owned);
  if (isFallback(owner) && taken > 0) log.info('slotsTakenByFallback', { slots: taken });
  return renewal;
}

/** Brings owned slots' channels into line with their accounts, once these are read. */
class OpeningSlots {
  /** What the owner before has left, until the slot's channels are open. */
  readonly #histories = new Map<number, SlotHistory | undefined>();
  readonly #reading = new Set<number>();
  #owned: ReadonlyMap<number, unknown> = new Map();

  constructor(
    private readonly channels: SlotChannels,
    private readonly ports: Pick<PollPorts, 'accounts' | 'log'>,
  ) {}

  /** How many of these slots were not owned before. */
  own(owned: Renewal['owned']): number {
    const before = this.#owned;
    this.#owned = owned;
    for (const slot of this.#histories.keys()) if (!owned.has(slot)) this.#histories.delete(slot);
    let taken = 0;
    for (const [slot, history] of owned) {
      if (!before.has(slot)) {
        this.#histories.set(slot, history);
        taken += 1;
      }
      void this.#apply(slot);
    }
    for (const slot of this.channels.handedOver()) if (!owned.has(slot)) void this.#apply(slot);
    return taken;
  }

  async #apply(slot: number): Promise<void> {
    if (this.#reading.has(slot)) return;
    this.#reading.add(slot);
    try {
      const accounts = await this.ports.accounts.ofSlot(slot);
      if (!this.#owned.has(slot)) {
        this.channels.trim(slot, accounts);
        return;
      }
      this.channels.apply(slot, accounts, this.#histories.get(slot));
      this.#histories.delete(slot);
    } catch (error) {
      this.ports.log.warn('accountsNotRead', { error: toRelayError(error).code, slot });
    } finally {
      this.#reading.delete(slot);
    }
  }
}
