import type { Delivery, EventContext, Sender } from 'rhea';
import { BrokerError, deferralUnsupported, toBrokerError } from '../broker/brokerError';
import type { BrokerMessage, MessageLock } from '../broker/messages/brokerMessage';
import type { Consumer } from '../broker/dispatcher';
import type { MessageQueue } from '../broker/messageQueue';
import { sessionLockLost, type Session, type SessionHolder } from '../broker/sessionRegistry';
import { createLockToken, swapGuidBytes } from '../broker/messages/lockToken';
import { mapEntries, type AmqpValue } from '../wire/amqpCodec';
import { encodeDelivery } from '../wire/encodeDelivery';
import { whenCommitted, type BrokerContext } from './brokerContext';
import { answerDrains, creditOf, deliveryCountOf, sendSettled, settleAs, settleRejected } from './rheaLink';
import { onWindow, sessionRoom } from './rheaSession';

/** `snd-settle-mode` settled: receive and delete. */
const SETTLED = 1;
const MESSAGE_FORMAT = 0;

type Outcome = 'accepted' | 'modified' | 'rejected' | 'released';

/** Carries out what a client said of a message; given the outcome's fields with their AMQP types. */
type Settlement = (lock: MessageLock, fields: readonly AmqpValue[]) => void;

/** Where a consumer gets its messages: a queue, or one session of it. */
interface Offers {
  addConsumer(consumer: Consumer): void;
  removeConsumer(consumer: Consumer): void;
}

/** A client's receiver: sends it messages as far as its credit goes, and carries out what it says of each. */
export class ConsumerLink implements Consumer, SessionHolder {
  readonly mode: 'peekLock' | 'receiveAndDelete';
  private readonly unsettled = new Map<Delivery, MessageLock>();
  private session: Session | undefined;
  /** Deliveries given to rhea, in the count of `deliveryCountOf`. */
  private sent = 0;
  private draining = false;
  private closed = false;
  private readonly ignoreWindow: () => void;

  constructor(
    private readonly sender: Sender,
    private readonly queue: MessageQueue,
    private readonly context: BrokerContext,
  ) {
    this.mode = sender.snd_settle_mode === SETTLED ? 'receiveAndDelete' : 'peekLock';
    answerDrains(sender);
    sender.on('sender_flow', () => this.onFlow());
    sender.on('sender_draining', () => this.onDrain());
    this.ignoreWindow = onWindow(sender.session, () => this.ask());
    this.settleOn('accepted', (lock) => this.queue.complete(lock));
    this.settleOn('released', (lock) => this.queue.release(lock));
    this.settleOn('modified', (lock, outcome) => this.modify(lock, outcome));
    this.settleOn('rejected', (lock, outcome) => this.reject(lock, outcome));
  }

  get name(): string {
    return this.sender.name;
  }

  /** From now on only that session's messages come this way. */
  bind(session: Session): void {
    this.session = session;
  }

  capacity(): number {
    if (this.draining || this.closed) return 0;
    const unsent = this.sent - deliveryCountOf(this.sender);
    return Math.min(creditOf(this.sender) - unsent, sessionRoom(this.sender.session));
  }

  deliver(message: BrokerMessage, lock: MessageLock | undefined): void {
    // SDKs read every tag as an identifier, also where nothing is locked.
    const tag = swapGuidBytes(lock === undefined ? createLockToken() : lock.token);
    const delivery = this.sender.send(encodeDelivery(message), tag, MESSAGE_FORMAT);
    this.sent += 1;
    if (lock === undefined) sendSettled(delivery);
    else this.unsettled.set(delivery, lock);
  }

  /** Tells the queue that there may be room for messages. */
  ask(): void {
    if (this.capacity() > 0) this.offers.addConsumer(this);
  }

  lost(error: BrokerError): void {
    this.stop();
    this.sender.close(error.amqp);
  }

  /** The link is no more. Its locks run out by themselves, as in Azure; a session is free at once. */
  close(): void {
    this.stop();
    if (this.session !== undefined) this.queue.sessions?.release(this.session, this);
  }

  private get offers(): Offers {
    const { session } = this;
    if (session === undefined) return this.queue;
    return {
      addConsumer: (consumer) => session.dispatcher.offer(consumer),
      removeConsumer: (consumer) => session.dispatcher.withdraw(consumer),
    };
  }

  private stop(): void {
    this.closed = true;
    this.ignoreWindow();
    this.offers.removeConsumer(this);
    this.unsettled.clear();
  }

  private onFlow(): void {
    if (this.draining) {
      this.draining = false;
      this.sent = deliveryCountOf(this.sender);
    }
    this.ask();
  }

  private onDrain(): void {
    this.draining = true;
    this.sender.set_drained(true);
  }

  private settleOn(outcome: Outcome, act: Settlement): void {
    this.sender.on(outcome, ({ delivery }: EventContext) => {
      if (delivery !== undefined) this.settle(delivery, outcome, act);
    });
  }

  private settle(delivery: Delivery, outcome: Outcome, act: Settlement): void {
    const lock = this.unsettled.get(delivery);
    if (lock === undefined) return;
    const refuse = (error: unknown): void => settleRejected(delivery, toBrokerError(error).amqp);
    this.unsettled.delete(delivery);
    try {
      act(lock, (delivery.remote_state as { readonly value?: readonly AmqpValue[] } | undefined)?.value ?? []);
      whenCommitted(this.context, () => settleAs(outcome, delivery), refuse);
    } catch (error) {
      refuse(this.session === undefined ? error : this.asSessionError(error, this.session));
    }
  }

  private asSessionError(error: unknown, session: Session): unknown {
    if (session.holder === this || !(error instanceof BrokerError) || error.kind !== 'messageLockLost') return error;
    return sessionLockLost(session.id);
  }

  /** The fields of `modified` (AMQP 1.0 part 3, 3.4.5). */
  private modify(lock: MessageLock, [, undeliverableHere, properties]: readonly AmqpValue[]): void {
    if (undeliverableHere?.value === true) throw deferralUnsupported();
    this.queue.abandon(lock, mapEntries(properties));
  }

  /** The one field of `rejected`, an error whose third field is a map (AMQP 1.0 part 3, 3.4.3, and part 2, 2.8.14). */
  private reject(lock: MessageLock, [error]: readonly AmqpValue[]): void {
    const properties = mapEntries((error?.value as readonly AmqpValue[] | null | undefined)?.[2]);
    const [reason, description] = ['DeadLetterReason', 'DeadLetterErrorDescription'].map((key) =>
      take(properties, key),
    );
    this.queue.deadLetter(lock, { reason, description, properties });
  }
}

function take(properties: Map<string, AmqpValue>, key: string): string | undefined {
  const value = properties.get(key)?.value;
  properties.delete(key);
  return typeof value === 'string' ? value : undefined;
}
