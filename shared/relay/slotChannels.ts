import { setMaxListeners } from 'node:events';
import type { ChannelAttributes } from '../telemetry/metrics';
import type { UcwaSession } from '../ucwa/session';
import { runAccount } from './runAccount';
import { createRamp } from './ramp';
import type { ReadUntil } from './readUntil';
import type { RelayPorts } from './relayAccount';

/** The event channels that one poller holds, slot by slot. */
export interface SlotChannels {
  /** The slots whose channels are open and were not handed over. */
  slots(): readonly number[];
  /** Opens a channel for each of the slot's accounts. @param readUntil as UcwaSession.packages, by account. */
  open(slot: number, readUntil: ReadUntil | undefined): void;
  /** Ends the slot's channels at once. */
  close(slot: number): void;
  /**
   * Leaves the slot to its new owner without a gap: each of its channels goes on until the new owner's poll replaces it, at
   * the latest for a minute, since signing thousands of accounts in takes a while. Nothing is published twice: both derive
   * the same ids.
   */
  handOver(slot: number): void;
  /** What metrics say of each channel. */
  observe(): ChannelAttributes[];
  /** Resolves when all channels have ended, at the latest after `withinMs`. */
  ended(withinMs: number): Promise<void>;
}

interface OpenSlot {
  readonly leave: AbortController;
  readonly ended: Promise<unknown>;
  isHandedOver: boolean;
}

const SIGN_INS_AT_ONCE = 32;
const HAND_OVER_WITHIN_MS = 60_000;

/**
 * No channel is open yet; all end when `stop` aborts.
 * @param confirmLease resolves when what is held is known to be held still; what is not has been closed by then.
 */
export function createSlotChannels(
  sessionsOf: (slot: number) => readonly UcwaSession[],
  ports: RelayPorts,
  stop: AbortSignal,
  confirmLease: () => Promise<void>,
): SlotChannels {
  const { clock } = ports;
  const ramp = createRamp(SIGN_INS_AT_ONCE, clock);
  const open = new Map<number, OpenSlot>();
  /** When the slot's channels were opened: a channel that was never polled has waited since then. */
  const openedAtMs = new Map<number, number>();
  const ending = new Set<Promise<unknown>>();

  const channels: SlotChannels = {
    slots: () => [...open.keys()].filter((slot) => open.get(slot)?.isHandedOver === false),
    open(slot, readUntil) {
      channels.close(slot);
      const opened = runSlot(sessionsOf(slot), stop, (session, either, isHandedOver) => {
        const readUntilMs = readUntil?.(session.account.sipUri);
        return runAccount(session, { readUntilMs, confirmLease }, ramp, ports, either, isHandedOver);
      });
      ending.add(opened.ended);
      void opened.ended.finally(() => ending.delete(opened.ended));
      open.set(slot, opened);
      openedAtMs.set(slot, clock.now());
    },
    close(slot) {
      open.get(slot)?.leave.abort();
      open.delete(slot);
    },
    handOver(slot) {
      const left = open.get(slot);
      if (left === undefined) return;
      left.isHandedOver = true;
      const either = AbortSignal.any([stop, left.leave.signal]);
      void clock.sleep(HAND_OVER_WITHIN_MS, either).then(() => left.leave.abort());
      void left.ended.then(() => {
        left.leave.abort();
        if (open.get(slot) === left) open.delete(slot);
      });
    },
    observe: () =>
      channels.slots().flatMap((slot) =>
        sessionsOf(slot).map((session) => {
          const { state, lastPollAtMs } = session.health();
          return { state, pollAgeMs: clock.now() - (lastPollAtMs ?? openedAtMs.get(slot) ?? clock.now()) };
        }),
      ),
    async ended(withinMs) {
      const gone = new AbortController();
      await Promise.race([Promise.all(ending), clock.sleep(withinMs, gone.signal)]);
      gone.abort();
    },
  };
  return channels;
}

/** Runs each of the slot's accounts until `stop` or the slot's own `leave` aborts. */
function runSlot(
  sessions: readonly UcwaSession[],
  stop: AbortSignal,
  run: (session: UcwaSession, signal: AbortSignal, isHandedOver: () => boolean) => Promise<unknown>,
): OpenSlot {
  const leave = new AbortController();
  const either = AbortSignal.any([stop, leave.signal]);
  setMaxListeners(0, either); // one of each of the slot's accounts
  const isHandedOver = (): boolean => slot.isHandedOver;
  const ended = Promise.all(sessions.map((session) => run(session, either, isHandedOver)));
  const slot: OpenSlot = { leave, ended, isHandedOver: false };
  return slot;
}
