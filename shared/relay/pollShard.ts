import { setMaxListeners } from 'node:events';
import type { AccountSettings } from '../config/settings';
import { observeChannels, type ChannelFacts } from '../telemetry/metrics';
import type { UcwaSession } from '../ucwa/session';
import { encodeSlotHealth, toAccountHealth } from './accountHealth';
import { keepOnAir } from './keepOnAir';
import { createRamp } from './ramp';
import type { RelayPorts } from './relayAccount';
import { createOwnership, type SlotHealth } from './slotOwnership';
import { LEASE_RENEWAL_MS, slotOf, slotsOfShard, type SlotLeaseStore } from './slots';

export interface ShardPorts extends RelayPorts {
  readonly accounts: readonly AccountSettings[];
  readonly session: (account: AccountSettings) => UcwaSession;
  readonly leases: SlotLeaseStore;
  /** Names this process and run; unique. */
  readonly owner: string;
}

export interface ShardRun {
  readonly shard: number;
  readonly shardCount: number;
  /** The run ends itself after this: well under the platform's function time-out, which would kill the worker. */
  readonly runMs: number;
  /** How long a slot that was given back is left to others: 0, or more for a standby. */
  readonly patienceMs: number;
}

const SIGN_INS_AT_ONCE = 32;
/** What is being published when a run ends gets this long; what is not published then is not acknowledged and comes again. */
const STOP_WITHIN_MS = 4_000;

/**
 * One run of a shard's timer: owns the shard's slots as far as nobody else does, keeps one event channel open for each of
 * their accounts, and ends at the deadline or when `signal` aborts, within 5 seconds, giving its slots back. Never rejects.
 * Table operations: one query and one transaction per renewal, and one query more at a take-over, whatever the number of accounts.
 */
export async function pollShard(run: ShardRun, ports: ShardPorts, signal: AbortSignal): Promise<void> {
  const deadline = new AbortController();
  const stop = AbortSignal.any([signal, deadline.signal]);
  const timer = ports.clock.sleep(run.runMs, stop).then(() => deadline.abort());

  const accounts = bySlot(ports.accounts);
  const slots = slotsOfShard(run.shard, run.shardCount).filter((slot) => accounts.has(slot));
  // Found once: a heartbeat looks at every one of them.
  const sessions = new Map(slots.map((slot) => [slot, (accounts.get(slot) ?? []).map(ports.session)]));
  const sessionsOf = (slot: number): readonly UcwaSession[] => sessions.get(slot) ?? [];
  const health: SlotHealth = {
    tell: (slot) =>
      encodeSlotHealth(sessionsOf(slot).map((session) => toAccountHealth(session.account.sipUri, session.health()))),
    statesOf: (slot) =>
      sessionsOf(slot)
        .map((session) => session.health().state)
        .join(),
  };
  const ownership = createOwnership(slots, run.patienceMs, health, ports);
  const ramp = createRamp(SIGN_INS_AT_ONCE, ports.clock);
  const onAir = new Map<number, { readonly leave: AbortController; readonly left: Promise<unknown> }>();

  const channelFacts = (session: UcwaSession): ChannelFacts => {
    const { state, lastPollAtMs } = session.health();
    return { state, pollAgeMs: lastPollAtMs === undefined ? undefined : ports.clock.now() - lastPollAtMs };
  };
  const stopObserving = observeChannels(() => [...onAir.keys()].flatMap((slot) => sessionsOf(slot).map(channelFacts)));

  while (!stop.aborted) {
    const owned = await ownership.renew();
    for (const [slot, { leave }] of onAir) {
      if (owned.has(slot)) continue;
      ports.log.warn('slotLost', { slot });
      leave.abort();
      onAir.delete(slot);
    }
    for (const [slot, readUntilMs] of owned) {
      if (onAir.has(slot)) continue;
      const leave = new AbortController();
      const either = AbortSignal.any([stop, leave.signal]);
      setMaxListeners(0, either); // one of each of the slot's accounts
      onAir.set(slot, {
        leave,
        left: Promise.all(
          sessionsOf(slot).map((session) =>
            keepOnAir(session, readUntilMs?.(session.account.sipUri), ramp, ports, either),
          ),
        ),
      });
    }
    await ports.clock.sleep(LEASE_RENEWAL_MS, stop);
  }

  stopObserving();
  const gone = new AbortController();
  await Promise.race([
    Promise.all([...onAir.values()].map(({ left }) => left)),
    ports.clock.sleep(STOP_WITHIN_MS, gone.signal),
  ]);
  gone.abort();
  await timer;
  await ownership.giveBack();
}

function bySlot(accounts: readonly AccountSettings[]): ReadonlyMap<number, readonly AccountSettings[]> {
  const slots = new Map<number, AccountSettings[]>();
  for (const account of accounts) {
    const slot = slotOf(account.sipUri);
    slots.set(slot, [...(slots.get(slot) ?? []), account]);
  }
  return slots;
}
