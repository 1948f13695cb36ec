import type { Sender } from 'rhea';
import { BrokerError } from '../broker/brokerError';
import type { MessageQueue } from '../broker/messageQueue';
import type { Session } from '../broker/sessionRegistry';
import { amqpDescribed, amqpLong, amqpString, type AmqpValue } from '../wire/amqpCodec';
import type { BrokerContext } from './brokerContext';
import { ConsumerLink } from './consumerLink';
import { addressOf, setAttachFields, withholdAttach } from './rheaLink';

const SESSION_FILTER = 'com.microsoft:session-filter';

/** The described type of the filter by which .NET's non-exclusive mode asks for messages of all sessions. */
const ALL_SESSIONS_FILTER = 0x13_7000_000e;

/** How long Azure waits for a session when the client does not say. */
const DEFAULT_SESSION_TIMEOUT_MS = 60_000;

/** A .NET tick is 100 ns; its count starts with year 1. */
const TICKS_PER_MS = 10_000n;
const TICKS_AT_EPOCH = 621_355_968_000_000_000n;

/**
 * Opens a client's receiver. One with a session filter gets that session, or the next free one: then the attach is
 * answered when there is one, which is how clients wait for a session. Returns what to do when the link goes.
 * @throws BrokerError notAllowed, sessionCannotBeLocked
 */
export function attachConsumer(sender: Sender, queue: MessageQueue, context: BrokerContext): () => void {
  refuseAllSessions(sender, queue);
  const wanted = sessionFilterOf(sender);
  const { sessions } = queue;
  if (sessions === undefined) {
    if (wanted !== undefined)
      throw new BrokerError(
        'notAllowed',
        `A sessionful message receiver cannot be created on an entity that does not require sessions: '${queue.address}'.`,
      );
    confirm(sender, {});
    const link = new ConsumerLink(sender, queue, context);
    return () => link.close();
  }
  if (wanted === undefined)
    throw new BrokerError(
      'notAllowed',
      `It is not possible for an entity that requires sessions to create a non-sessionful message receiver: '${queue.address}'.`,
    );

  const link = new ConsumerLink(sender, queue, context);
  const granted = (session: Session): void => {
    confirm(sender, { [SESSION_FILTER]: inTheFormAsked(sender, session.id) });
    setAttachFields(sender, { properties: { 'com.microsoft:locked-until-utc': ticks(session.term.untilMs) } });
    link.bind(session);
  };
  if (wanted !== null) {
    granted(sessions.accept(wanted, link));
    return () => link.close();
  }
  withholdAttach(sender);
  let waiting = true;
  const answer = (): void => {
    waiting = false;
    sender.open();
    // Credit that came meanwhile was not told of.
    link.ask();
  };
  const stopWaiting = sessions.acceptNext(
    link,
    timeoutOf(sender),
    (session) => {
      granted(session);
      answer();
    },
    (error) => {
      answer();
      sender.close(error.amqp);
    },
  );
  return () => {
    stopWaiting();
    // A client that leaves while it waits still gets its attach and detach answered.
    if (waiting) answer();
    link.close();
  };
}

/** Echoes what the client asked for, as an attach must. */
function confirm(sender: Sender, filter: Record<string, unknown>): void {
  sender.set_source({ address: sender.source.address, filter });
  sender.set_target({ address: addressOf(sender.target) ?? sender.name });
  setAttachFields(sender, { snd_settle_mode: sender.snd_settle_mode, rcv_settle_mode: sender.rcv_settle_mode });
}

/** @throws BrokerError notImplemented, which .NET reads as "not supported". */
function refuseAllSessions(sender: Sender, { address }: MessageQueue): void {
  if (Object.values(filtersOf(sender)).every((filter) => descriptorOf(filter)?.value !== ALL_SESSIONS_FILTER)) return;
  throw new BrokerError(
    'notImplemented',
    `A receiver of all sessions is not supported by this local Service Bus: '${address}'.`,
  );
}

/** A session's id; null for the next one; undefined when no session is asked for. */
function sessionFilterOf(sender: Sender): string | null | undefined {
  const filters = filtersOf(sender);
  if (!(SESSION_FILTER in filters)) return undefined;
  const given = filters[SESSION_FILTER];
  const id = descriptorOf(given) === undefined ? given : (given as AmqpValue).value;
  return typeof id === 'string' ? id : null;
}

/** Go's library sends the filter as a described value and wants it back as one; all others send and want a plain text. */
function inTheFormAsked(sender: Sender, id: string): unknown {
  const descriptor = descriptorOf(filtersOf(sender)[SESSION_FILTER]);
  return descriptor === undefined ? id : amqpDescribed(descriptor, amqpString(id));
}

const filtersOf = (sender: Sender): Record<string, unknown> =>
  (sender.source.filter as Record<string, unknown> | undefined | null) ?? {};

const descriptorOf = (filter: unknown): AmqpValue | undefined =>
  typeof filter === 'object' && filter !== null ? (filter as Partial<AmqpValue>).descriptor : undefined;

function timeoutOf(sender: Sender): number {
  const timeout = (sender.properties as Record<string, unknown> | undefined)?.['com.microsoft:timeout'];
  return typeof timeout === 'number' ? timeout : DEFAULT_SESSION_TIMEOUT_MS;
}

function ticks(atMs: number): unknown {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(Math.trunc(atMs)) * TICKS_PER_MS + TICKS_AT_EPOCH);
  return amqpLong(bytes);
}
