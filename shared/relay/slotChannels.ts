import { setMaxListeners } from 'node:events';
import { toRelayError } from '../errors/relayError';
import { accountKey } from '../invitations/invitationId';
import type { ChannelAttributes } from '../telemetry/metrics';
import type { UcwaSession } from '../ucwa/session';
import { encodeSlotHealth, toAccountHealth } from './accountHealth';
import type { PolledAccount } from './accountSource';
import type { RelayPorts } from './relayAccount';
import { runAccount } from './runAccount';
import { createSignInQueue, type SignInRank } from './signInQueue';
import type { SlotHistory } from './slotHistory';

/** The event channels that one poller holds, slot by slot. */
export interface SlotChannels {
  /** The slots whose channels are open and were not handed over. */
  slots(): readonly number[];
  /**
   * Brings the slot's channels into line with its accounts: opens those of new ones, opens anew those of changed ones, closes those
   * of accounts that are gone and signs them out; the others go on. @param history of a slot that was just taken.
   */
  apply(slot: number, accounts: readonly PolledAccount[], history: SlotHistory | undefined): void;
  /** Ends the slot's channels at once. */
  close(slot: number): void;
  /**
   * Leaves the slot to its new owner without a gap: each of its channels goes on until the new owner's poll replaces it, at
   * the latest until the new owner must have signed in. Nothing is published twice: both derive the same ids.
   */
  handOver(slot: number): void;
  /** The slots that were handed over and whose channels go on. */
  handedOver(): readonly number[];
  /** Ends the channels of a slot that was handed over whose accounts were changed or removed since: its new owner goes by that. */
  trim(slot: number, accounts: readonly PolledAccount[]): void;
  /** The slot's accounts for the heartbeat; undefined where it is not open, so that what its owner before reported stays. */
  report(slot: number): Uint8Array | undefined;
  /** Another number whenever one of the slot's accounts has come into another state, is new or is gone. */
  changesOf(slot: number): number;
  /** What metrics say of each channel. */
  observe(): ChannelAttributes[];
  /** Resolves when all channels have ended, at the latest after `withinMs`. */
  ended(withinMs: number): Promise<void>;
}

export interface SlotChannelPorts extends RelayPorts {
  /** The same session for the same account object. */
  readonly session: (polled: PolledAccount) => UcwaSession;
  /** How many accounts sign in each second, at most. */
  readonly signInsPerSecond: number;
}

interface OpenChannel {
  readonly session: UcwaSession;
  readonly leave: AbortController;
  readonly ended: Promise<void>;
  readonly openedAtMs: number;
}

interface OpenSlot {
  accounts: readonly PolledAccount[];
  readonly channels: Map<string, OpenChannel>;
  /** The number of the last change of one of its accounts. */
  lastChange: number;
  isHandedOver: boolean;
}

const HAND_OVER_WITHIN_MS = 60_000;
/** A pool that does not respond forgets the application by itself, within a quarter of an hour. */
const SIGN_OUT_WITHIN_MS = 5_000;

/**
 * No channel is open yet; all end when `stop` aborts.
 * @param confirmLease resolves when what is held is known to be held still; what is not has been closed by then.
 */
export function createSlotChannels(
  ports: SlotChannelPorts,
  stop: AbortSignal,
  confirmLease: () => Promise<void>,
): SlotChannels {
  return new Channels(ports, stop, confirmLease);
}

class Channels implements SlotChannels {
  readonly #open = new Map<number, OpenSlot>();
  readonly #ending = new Set<Promise<unknown>>();
  readonly #signIns;
  #changes = 0;

  constructor(
    private readonly ports: SlotChannelPorts,
    private readonly stop: AbortSignal,
    private readonly confirmLease: () => Promise<void>,
  ) {
    this.#signIns = createSignInQueue(ports.signInsPerSecond, ports.clock);
    stop.addEventListener('abort', () => this.#open.forEach(leaveAll), { once: true });
  }

  slots(): readonly number[] {
    return [...this.#open.keys()].filter((slot) => this.#open.get(slot)?.isHandedOver === false);
  }

  apply(slot: number, accounts: readonly PolledAccount[], history: SlotHistory | undefined): void {
    if (this.stop.aborted) return;
    if (this.#open.get(slot)?.isHandedOver === true) this.close(slot);
    const known = this.#open.get(slot);
    if (known?.accounts === accounts) return;
    const open: OpenSlot = known ?? { accounts, channels: new Map(), lastChange: 0, isHandedOver: false };
    open.accounts = accounts;
    this.#changed(open);
    this.#open.set(slot, open);

    const wanted = new Map(accounts.map((polled) => [accountKey(polled.account.sipUri), polled]));
    for (const [key, channel] of open.channels) if (!wanted.has(key)) this.#remove(open, key, channel);
    for (const [key, polled] of wanted) {
      const session = this.ports.session(polled);
      const before = open.channels.get(key);
      if (before?.session === session) continue;
      const { sipUri } = polled.account;
      const rank = known === undefined ? rankOf(sipUri, history) : 'changed';
      open.channels.set(key, this.#start(session, open, before, history?.readUntilMs(sipUri), rank));
    }
  }

  close(slot: number): void {
    const open = this.#open.get(slot);
    if (open !== undefined) leaveAll(open);
    this.#open.delete(slot);
  }

  handOver(slot: number): void {
    const left = this.#open.get(slot);
    if (left === undefined) return;
    left.isHandedOver = true;
    const count = [...this.#open.values()].reduce((sum, { channels }) => sum + channels.size, 0);
    const withinMs = HAND_OVER_WITHIN_MS + (1000 * count) / this.ports.signInsPerSecond;
    const cancel = this.ports.clock.setTimer(withinMs, () => leaveAll(left));
    void Promise.all([...left.channels.values()].map(({ ended }) => ended)).then(() => {
      cancel();
      if (this.#open.get(slot) === left) this.#open.delete(slot);
    });
  }

  handedOver(): readonly number[] {
    return [...this.#open.keys()].filter((slot) => this.#open.get(slot)?.isHandedOver === true);
  }

  trim(slot: number, accounts: readonly PolledAccount[]): void {
    const open = this.#open.get(slot);
    if (open?.isHandedOver !== true || open.accounts === accounts) return;
    open.accounts = accounts;
    const current = new Set(accounts.map((polled) => this.ports.session(polled)));
    for (const { session, leave } of open.channels.values()) if (!current.has(session)) leave.abort();
  }

  report(slot: number): Uint8Array | undefined {
    const open = this.#open.get(slot);
    if (open === undefined) return undefined;
    return encodeSlotHealth(
      [...open.channels.values()].map(({ session }) => toAccountHealth(session.account.sipUri, session.health())),
    );
  }

  changesOf(slot: number): number {
    return this.#open.get(slot)?.lastChange ?? 0;
  }

  observe(): ChannelAttributes[] {
    const nowMs = this.ports.clock.now();
    return this.slots().flatMap((slot) =>
      [...(this.#open.get(slot)?.channels.values() ?? [])].map(({ session, openedAtMs }) => {
        const { state, lastPollAtMs } = session.health();
        return { state, pollAgeMs: nowMs - (lastPollAtMs ?? openedAtMs) };
      }),
    );
  }

  async ended(withinMs: number): Promise<void> {
    const gone = new AbortController();
    await Promise.race([Promise.all(this.#ending), this.ports.clock.sleep(withinMs, gone.signal)]);
    gone.abort();
  }

  #start(
    session: UcwaSession,
    open: OpenSlot,
    before: OpenChannel | undefined,
    readUntilMs: number | undefined,
    rank: SignInRank,
  ): OpenChannel {
    const leave = new AbortController();
    setMaxListeners(0, leave.signal);
    before?.leave.abort();
    const run = async (): Promise<void> => {
      await before?.ended;
      await runAccount(
        session,
        {
          readUntilMs: before?.session.health().readToEndMs ?? readUntilMs,
          confirmLease: this.confirmLease,
          stateChanged: () => this.#changed(open),
        },
        (signal) => this.#signIns.wait(rank, signal),
        this.ports,
        leave.signal,
        () => open.isHandedOver,
      );
    };
    return { session, leave, ended: this.#keep(run()), openedAtMs: this.ports.clock.now() };
  }

  #changed(open: OpenSlot): void {
    this.#changes += 1;
    open.lastChange = this.#changes;
  }

  #remove(open: OpenSlot, key: string, { session, leave, ended }: OpenChannel): void {
    open.channels.delete(key);
    leave.abort();
    void this.#keep(ended.then(() => this.#signOut(session)));
  }

  /** So that the user's phones ring on and the relay does not: only where it is signed in. */
  async #signOut(session: UcwaSession): Promise<void> {
    const { log, clock } = this.ports;
    const account = session.account.sipUri;
    if (session.health().tokenExpiresAtMs === undefined) return;
    const deadline = new AbortController();
    const cancel = clock.setTimer(SIGN_OUT_WITHIN_MS, () => deadline.abort());
    try {
      await session.signOut(deadline.signal);
      log.info('accountSignedOut', { account });
    } catch (error) {
      log.warn('accountNotSignedOut', { account, error: toRelayError(error).code });
    } finally {
      cancel();
    }
  }

  #keep(work: Promise<void>): Promise<void> {
    const kept = work.finally(() => this.#ending.delete(kept));
    this.#ending.add(kept);
    return kept;
  }
}

function rankOf(sipUri: string, history: SlotHistory | undefined): SignInRank {
  return history?.wasConnected(sipUri) === true ? 'wasConnected' : 'other';
}

function leaveAll({ channels }: OpenSlot): void {
  for (const { leave } of channels.values()) leave.abort();
}
