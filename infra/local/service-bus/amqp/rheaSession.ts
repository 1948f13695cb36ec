// What the broker uses of rhea 3.0's sessions beyond its typings (see rheaConnection).
import type { Session } from 'rhea';

/** Our own message format for "format 0, left undecoded"; it never reaches the wire. */
const UNDECODED = 0x7f_ff_ff_ff;

/** More deliveries than a session can have open (see `session_buffer_size` of the listener). */
const WIDEST_DISPOSITION = 65_536;

interface TransferFrame {
  readonly performative: { message_format: number | undefined; readonly more: boolean | undefined };
  readonly payload: Buffer | undefined;
}

interface DispositionFrame {
  readonly performative: { readonly first: number; last: number | undefined };
}

interface SessionInternals {
  on_transfer(frame: TransferFrame): void;
  on_disposition(frame: DispositionFrame): void;
  on_flow(frame: { readonly performative: { readonly handle: unknown } }): void;
  readonly outgoing: {
    readonly next_delivery_id: number;
    readonly next_pending_delivery: number;
    available(): number;
    transfer_window(): number;
  };
}

const sessionOf = (session: Session): SessionInternals => session as unknown as SessionInternals;

/**
 * Leaves incoming messages as bytes: rhea would decode those of format 0 and so lose their AMQP types.
 * `tooLarge` is called, and the rest of the delivery ignored, once one exceeds `limitBytes` before it is complete.
 */
export function keepUndecoded(session: Session, limitBytes: number, tooLarge: () => void): void {
  const internals = sessionOf(session);
  const decoding = internals.on_transfer.bind(session);
  let gatheredBytes = 0;
  internals.on_transfer = (frame) => {
    if (frame.performative.message_format === 0) frame.performative.message_format = UNDECODED;
    gatheredBytes += frame.payload?.length ?? 0;
    if (gatheredBytes > limitBytes) tooLarge();
    else decoding(frame);
    if (frame.performative.more !== true) gatheredBytes = 0;
  };
}

/** rhea walks through every delivery that a disposition spans, also through four thousand million that there never were. */
export function limitDispositions(session: Session): void {
  const internals = sessionOf(session);
  const handle = internals.on_disposition.bind(session);
  internals.on_disposition = (frame) => {
    const { first, last } = frame.performative;
    if (typeof last === 'number' && last - first > WIDEST_DISPOSITION)
      frame.performative.last = first + WIDEST_DISPOSITION;
    handle(frame);
  };
}

const windowListeners = new WeakMap<Session, Set<() => void>>();

/** Calls `listener` when the peer widens the session's window by a flow that is about no link. Returns how to stop that. */
export function onWindow(session: Session, listener: () => void): () => void {
  const listeners = windowListeners.get(session) ?? watchWindow(session);
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function watchWindow(session: Session): Set<() => void> {
  const listeners = new Set<() => void>();
  const internals = sessionOf(session);
  const handle = internals.on_flow.bind(session);
  internals.on_flow = (frame) => {
    handle(frame);
    if (typeof frame.performative.handle !== 'number') for (const listener of listeners) listener();
  };
  windowListeners.set(session, listeners);
  return listeners;
}

/** How many more deliveries the session takes: rhea frees its buffer, and the peer its window, from the head only. */
export function sessionRoom(session: Session): number {
  const { outgoing } = sessionOf(session);
  const unsent = outgoing.next_delivery_id - outgoing.next_pending_delivery;
  return Math.min(outgoing.available(), outgoing.transfer_window() - unsent);
}
