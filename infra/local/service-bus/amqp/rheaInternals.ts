// What the broker uses of rhea 3.0 beyond its typings, each with the reason; nothing else in the broker casts.
import type { Socket } from 'node:net';
import { create_container, message, types, type AmqpError, type Connection, type Container, type Delivery, type Receiver, type Sender, type Session } from 'rhea';

/** Our own message format for "format 0, left undecoded"; it never reaches the wire. */
const UNDECODED = 0x7f_ff_ff_ff;

interface TransferFrame {
  readonly performative: { message_format: number | undefined; readonly more: boolean | undefined };
  readonly payload: Buffer | undefined;
}

interface SessionInternals {
  on_transfer(frame: TransferFrame): void;
  on_flow(frame: { readonly performative: { readonly handle: unknown } }): void;
  output(performative: unknown): void;
  readonly outgoing: {
    readonly next_delivery_id: number;
    readonly next_pending_delivery: number;
    available(): number;
    transfer_window(): number;
  };
}

interface LinkInternals {
  readonly local: { readonly attach: Record<string, unknown> };
  readonly state: { local_open: boolean; open_requests: number };
}

interface SenderInternals extends LinkInternals {
  credit: number;
  delivery_count: number;
  _draining: boolean;
  _drained: boolean;
  _get_drain(): boolean;
}

interface DeliveryInternals {
  settled: boolean;
  remote_settled: boolean;
}

interface OutcomeFactory {
  accepted(): { described(): unknown };
  rejected(fields: { error: AmqpError }): { described(): unknown };
}

const outcomes = message as unknown as OutcomeFactory;
const sessionOf = (session: Session): SessionInternals => session as unknown as SessionInternals;
const senderOf = (sender: Sender): SenderInternals => sender as unknown as SenderInternals;
const linkOf = (link: Sender | Receiver): LinkInternals => link as unknown as LinkInternals;

/** The disposition performative (AMQP 1.0 part 2, 2.7.6). */
const disposition = types.define_composite({
  name: 'disposition',
  code: 0x15,
  fields: [
    { name: 'role', type: 'boolean', mandatory: true },
    { name: 'first', type: 'uint', mandatory: true },
    { name: 'last', type: 'uint' },
    { name: 'settled', type: 'boolean' },
    { name: 'state', type: '*' },
  ],
}) as unknown as { create(fields: Record<string, unknown>): unknown };

/** A container that takes SASL ANONYMOUS, also under the name MSSBCBS that Microsoft's other SDKs ask for. */
export function createBrokerContainer(id: string): Container {
  const container = create_container({ id });
  const mechanisms = container.sasl_server_mechanisms as Record<string, unknown> & { enable_anonymous(): void };
  mechanisms.enable_anonymous();
  mechanisms['MSSBCBS'] = mechanisms['ANONYMOUS'];
  return container;
}

/** Speaks AMQP on a socket that a server of ours has accepted: rhea's own `listen` does not let us see the socket. */
export function acceptConnection(container: Container, socket: Socket, options: Record<string, unknown>): Connection {
  const connection = container.create_connection(options as never);
  (connection['accept'] as (socket: Socket) => void).call(connection, socket);
  return connection;
}

/**
 * Tells rhea that the socket is gone, which it sees only when the peer ends it, so that it stops its heartbeats; and
 * lets it write no more, for what links still have to say would start them again and keep the process alive.
 */
export function endConnection(connection: Connection): void {
  (connection['eof'] as () => void).call(connection);
  connection['socket_ready'] = false;
}

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

export const creditOf = (sender: Sender): number => senderOf(sender).credit;

/** How many deliveries rhea has put on the wire, plus the credit that drains used up. */
export const deliveryCountOf = (sender: Sender): number => senderOf(sender).delivery_count;

/**
 * Makes the link answer every drain with a flow that says so. rhea says nothing when the deliveries before it used up all
 * of the credit, and the SDK then waits and closes its receiver.
 */
export function answerDrains(sender: Sender): void {
  const internals = senderOf(sender);
  internals._get_drain = () => {
    if (!internals._draining || !internals._drained) return false;
    internals.delivery_count += internals.credit;
    internals.credit = 0;
    internals._drained = false;
    return true;
  };
}

/** The address that the peer's attach names at its source or target; undefined when it names none. */
export function addressOf(terminus: unknown): string | undefined {
  const address = (terminus as { address?: unknown } | null | undefined)?.address;
  return typeof address === 'string' ? address.replace(/^\/+|\/+$/g, '') : undefined;
}

/** Holds the answer to an attach back until `open()` is called on the link; to be called while the attach is handled. */
export function withholdAttach(link: Sender): void {
  const { state } = linkOf(link);
  state.local_open = false;
  state.open_requests = 0;
}

/** Sets fields of the attach that answers the peer's; to be called before it is sent. */
export function setAttachFields(link: Sender | Receiver, fields: Record<string, unknown>): void {
  Object.assign(linkOf(link).local.attach, fields);
}

/** Settles as accepted. Gathered with others into one frame, as ranges. */
export function settleAccepted(delivery: Delivery): void {
  delivery.update(true, outcomes.accepted().described());
  forget(delivery);
}

/**
 * Settles as rejected, in a frame of its own: rhea merges the first two dispositions of a flush without comparing their
 * outcomes, so what is not accepted must not stand among others.
 */
export function settleRejected(delivery: Delivery, error: AmqpError): void {
  const state = outcomes.rejected({ error }).described();
  const { session } = delivery.link;
  const role = delivery.link.is_receiver();
  sessionOf(session).output(disposition.create({ role, first: delivery.id, last: delivery.id, settled: true, state }));
  (delivery as unknown as DeliveryInternals).settled = true;
  forget(delivery);
  // Else rhea would free the delivery only with the next frame that comes in.
  (session.connection['_register'] as () => void).call(session.connection);
}

/** Marks a delivery that has just been sent as settled from the start. */
export function sendSettled(delivery: Delivery): void {
  (delivery as unknown as DeliveryInternals).settled = true;
}

/** Our settlement is the last word, so rhea need not keep the delivery for the peer's. */
function forget(delivery: Delivery): void {
  (delivery as unknown as DeliveryInternals).remote_settled = true;
}
