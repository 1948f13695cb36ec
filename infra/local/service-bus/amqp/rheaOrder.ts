// The order in which rhea 3.0 acts on the frames of one packet and writes its own, where it is not the order on the wire
// (see rheaConnection).
import type { Session } from 'rhea';

interface LinkInternals {
  readonly state: { remote_open: boolean; need_open(): boolean };
  readonly local: { readonly handle: number; readonly attach: unknown };
  readonly remote: { handle: number | undefined };
  on_attach(frame: AttachFrame): void;
  dispatch(event: string, context: unknown): void;
  _context(context: unknown): unknown;
}

interface AttachFrame {
  readonly performative: {
    readonly name: string;
    readonly role: boolean;
    readonly handle: number;
    target: { readonly descriptor?: { readonly value: unknown } } | null | undefined;
  };
}

interface OutgoingDelivery {
  readonly link: LinkInternals;
  readonly remote_state: { readonly constructor: { readonly composite_type?: string } } | undefined;
}

interface SessionInternals {
  readonly state: { need_open(): boolean };
  readonly local: { readonly begin: unknown; readonly handles: Record<number, LinkInternals> };
  readonly remote: { readonly handles: Record<number, LinkInternals> };
  readonly links: Record<string, LinkInternals>;
  readonly outgoing: { updated: OutgoingDelivery[] };
  _process(): void;
  output(performative: unknown): void;
  on_attach(frame: AttachFrame): void;
  on_disposition(frame: unknown): void;
  create_sender(name: string): LinkInternals;
  create_receiver(name: string): LinkInternals;
  remove_link(link: LinkInternals): void;
}

/** Descriptors of the target of transactions (AMQP 1.0 part 4, 4.5.1). */
const COORDINATOR = new Set<unknown>([0x30, 'amqp:coordinator:list']);

const sessionOf = (session: Session): SessionInternals => session as unknown as SessionInternals;

/** Writes begin and attach before any transfer: rhea writes transfers first, and a client does not know their handle yet. */
export function attachBeforeTransfers(session: Session): void {
  const internals = sessionOf(session);
  const write = internals._process.bind(session);
  internals._process = () => {
    if (internals.state.need_open()) internals.output(internals.local.begin);
    for (const link of Object.values(internals.links)) if (link.state.need_open()) internals.output(link.local.attach);
    write();
  };
}

/** Acts on outcomes as they are read: rhea does after the whole packet, when a detach in it has ended the link already. */
export function settleInOrder(session: Session): void {
  const internals = sessionOf(session);
  const read = internals.on_disposition.bind(session);
  internals.on_disposition = (frame) => {
    read(frame);
    const { updated } = internals.outgoing;
    internals.outgoing.updated = [];
    for (const delivery of updated) {
      const outcome = delivery.remote_state?.constructor.composite_type;
      if (outcome !== undefined) delivery.link.dispatch(outcome, delivery.link._context({ delivery }));
    }
  };
}

/** Keeps links by name and role, as AMQP 1.0 (part 2, 2.6.1) has it: rhea keeps them by name, so one of two would be lost. */
export function nameLinksByRole(session: Session): void {
  const internals = sessionOf(session);
  let replaced = 0;

  internals.on_attach = (frame) => {
    const { name, role, handle } = frame.performative;
    const key = `${role ? 'receiver' : 'sender'} ${name}`;
    let link = internals.links[key];
    if (link?.state.remote_open !== true) {
      // One that is just ending stays until its detach is written.
      if (link !== undefined) internals.links[`${key} ${(replaced += 1)}`] = link;
      link = role ? internals.create_sender(name) : internals.create_receiver(name);
      Reflect.deleteProperty(internals.links, name);
      internals.links[key] = link;
    }
    internals.remote.handles[handle] = link;
    // rhea knows no such target, and would warn of it; a target without an address says as much.
    if (COORDINATOR.has(frame.performative.target?.descriptor?.value)) frame.performative.target = undefined;
    link.on_attach(frame);
    link.remote.handle = handle;
  };

  internals.remove_link = (link) => {
    removeFrom(internals.remote.handles, link);
    removeFrom(internals.local.handles, link);
    removeFrom(internals.links, link);
  };
}

function removeFrom(links: Record<string, LinkInternals>, link: LinkInternals): void {
  for (const [key, value] of Object.entries(links)) if (value === link) Reflect.deleteProperty(links, key);
}
