// What the broker uses of rhea 3.0's links and deliveries beyond its typings (see rheaConnection).
import { message, types, type AmqpError, type Delivery, type Receiver, type Sender } from 'rhea';

interface LinkInternals {
  readonly local: { readonly attach: Record<string, unknown> };
  readonly state: { local_open: boolean; open_requests: number };
}

interface SenderInternals {
  credit: number;
  delivery_count: number;
  readonly _draining: boolean;
  _drained: boolean;
  _get_drain(): boolean;
}

interface DeliveryInternals {
  settled: boolean;
  remote_settled: boolean;
}

type Outcome = { described(): unknown };
const outcomes = message as unknown as {
  accepted(): Outcome;
  modified(fields: object): Outcome;
  rejected(fields: { error?: AmqpError }): Outcome;
  released(): Outcome;
};
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

/** The address as the peer's attach gives it at its source or target; undefined when it gives none. */
export function addressOf(terminus: unknown): string | undefined {
  const address = (terminus as { address?: unknown } | null | undefined)?.address;
  return typeof address === 'string' ? address : undefined;
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

/** Refuses: settles as rejected with the error. */
export function settleRejected(delivery: Delivery, error: AmqpError): void {
  settleAlone(delivery, outcomes.rejected({ error }));
}

/** Settles as the client did, which Java's SDK demands; without an error, which Go's and .NET's would report. */
export function settleAs(outcome: 'accepted' | 'modified' | 'rejected' | 'released', delivery: Delivery): void {
  if (outcome === 'accepted') settleAccepted(delivery);
  else settleAlone(delivery, outcomes[outcome]({}));
}

/**
 * In a frame of its own: rhea merges the first two dispositions of a flush without comparing their outcomes, so what is
 * not accepted must not stand among others.
 */
function settleAlone(delivery: Delivery, outcome: Outcome): void {
  const state = outcome.described();
  const { session } = delivery.link;
  const role = delivery.link.is_receiver();
  (session as unknown as { output(performative: unknown): void }).output(
    disposition.create({ role, first: delivery.id, last: delivery.id, settled: true, state }),
  );
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
