import type { Sender } from 'rhea';
import { BrokerError } from '../broker/brokerError';
import type { MessageQueue } from '../broker/messageQueue';
import type { Session } from '../broker/sessionBook';
import { amqpLong } from '../wire/amqpCodec';
import type { BrokerContext } from './brokerContext';
import { ConsumerLink } from './consumerLink';
import { addressOf, setAttachFields, withholdAttach } from './rheaLink';

const SESSION_FILTER = 'com.microsoft:session-filter';

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
    confirm(sender, { [SESSION_FILTER]: session.id });
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
    // Whoever leaves while it waits still gets its attach and detach answered.
    if (waiting) answer();
    link.close();
  };
}

/** Echoes what the client asked for, as an attach must. */
function confirm(sender: Sender, filter: Record<string, string>): void {
  sender.set_source({ address: sender.source.address, filter });
  sender.set_target({ address: addressOf(sender.target) ?? sender.name });
  setAttachFields(sender, { snd_settle_mode: sender.snd_settle_mode, rcv_settle_mode: sender.rcv_settle_mode });
}

/** A session's id; null for the next one; undefined when no session is asked for. */
function sessionFilterOf(sender: Sender): string | null | undefined {
  const filter = sender.source.filter as Record<string, unknown> | undefined | null;
  if (filter === undefined || filter === null || !(SESSION_FILTER in filter)) return undefined;
  const given = filter[SESSION_FILTER];
  // Other SDKs send the id as a described value.
  const id = typeof given === 'object' && given !== null && 'value' in given ? given.value : given;
  return typeof id === 'string' ? id : null;
}

function timeoutOf(sender: Sender): number {
  const timeout = (sender.properties as Record<string, unknown> | undefined)?.['com.microsoft:timeout'];
  return typeof timeout === 'number' ? timeout : DEFAULT_SESSION_TIMEOUT_MS;
}

function ticks(atMs: number): unknown {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(Math.trunc(atMs)) * TICKS_PER_MS + TICKS_AT_EPOCH);
  return amqpLong(bytes);
}
