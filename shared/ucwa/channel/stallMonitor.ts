import type { Clock } from '../../clock';

/** Tells whether this process stood still (frozen machine, long garbage collection, starvation) while data lay in its sockets. */
export interface StallMonitor {
  /**
   * How long ago the stall began during which a response that is complete now may have arrived, in milliseconds; 0 where
   * the process has not stood still. Counts from the last heartbeat before the stall.
   */
  stalledMs(): number;
  /** Ends the heartbeat. */
  close(): void;
}

/** The heartbeat's period. */
const BEAT_MS = 250;
/** A beat that comes later than this is a stall. An event counts as late from 5 s on, so busy moments do not matter. */
const STALL_MS = 750;
/** What arrived during a stall is read within this after it: sockets are read in the event loop's turn after the timers. */
const DRAIN_MS = 1_000;

interface Stall {
  readonly beganAgoMs: number;
  readonly endedAtMs: number;
}

/**
 * A heartbeat by the machine's clock and by the monotonic one: the first goes on while a virtual machine is suspended, the
 * second cannot be set. One a process. A clock that is set forward looks like a stall, for about a second; an event that
 * is read in it is taken for late, and so read anew before it is published.
 */
export function createStallMonitor(clock: Clock): StallMonitor {
  let beat = { now: clock.now(), monotonic: clock.monotonicMs() };
  let last: Stall | undefined;
  const sinceBeat = (): number => Math.max(clock.monotonicMs() - beat.monotonic, clock.now() - beat.now);
  const onBeat = (): void => {
    const silentMs = sinceBeat();
    const endedAtMs = clock.monotonicMs();
    if (silentMs > STALL_MS) last = { beganAgoMs: silentMs + earlier(last, endedAtMs, silentMs), endedAtMs };
    beat = { now: clock.now(), monotonic: endedAtMs };
    cancel = clock.setTimer(BEAT_MS, onBeat);
  };
  let cancel = clock.setTimer(BEAT_MS, onBeat);
  return {
    stalledMs() {
      const silentMs = sinceBeat();
      if (silentMs > STALL_MS) return silentMs + earlier(last, clock.monotonicMs(), silentMs);
      const agoMs = last === undefined ? Infinity : clock.monotonicMs() - last.endedAtMs;
      return last === undefined || agoMs > DRAIN_MS ? 0 : last.beganAgoMs + agoMs;
    },
    close: () => cancel(),
  };
}

/** By how much a stall is longer for one just before it, whose data may not have been read yet when this one began. */
function earlier(last: Stall | undefined, endMs: number, silentMs: number): number {
  if (last === undefined) return 0;
  const betweenMs = endMs - silentMs - last.endedAtMs;
  return betweenMs > DRAIN_MS ? 0 : last.beganAgoMs + Math.max(0, betweenMs);
}
