// Over 200 lines because a message's states, and the ways between them, are told in one place.
import { mergeApplicationProperties } from '../wire/mergeApplicationProperties';
import type { Payload } from '../wire/payload';
import { BrokerError } from './brokerError';
import type { BrokerMessage, MessageLock } from './messages/brokerMessage';
import { createMessage, type Arrival } from './messages/createMessage';
import { deadLetterProperties, systemReasons, type DeadLetterReason } from './messages/deadLetterReason';
import type { BrokerEnvironment } from './environment';
import { Dispatcher, type Consumer } from './dispatcher';
import { LockTable } from './messages/lockTable';
import type { QueueSettings } from './queueSettings';
import { Schedule } from './schedule';
import { SequenceCounter } from './sequenceCounter';
import { SequenceLog } from './sequenceLog';
import { SessionRegistry, type Session } from './sessionRegistry';
import type { StorageQuota } from './storageQuota';

/** How many messages are in which state. */
export interface QueueCounts {
  readonly active: number;
  readonly locked: number;
  readonly scheduled: number;
}

/**
 * A queue, subscription or dead-letter queue: messages in order, locked by one receiver at a time, until each is
 * completed, expires, or is dead-lettered. What adds messages takes effect for receivers on `wake()`, so that a batch is
 * handed out once it is whole.
 */
export class MessageQueue {
  readonly sessions: SessionRegistry | undefined;
  private readonly log = new SequenceLog();
  private readonly dispatcher: Dispatcher;
  private readonly locks: LockTable;
  private readonly scheduled: Schedule;
  private readonly numbers: SequenceCounter;
  private readonly dirty = new Set<{ pump(): void }>();

  /**
   * @param deadLetters undefined for a dead-letter queue itself, in which nothing expires or runs out of deliveries.
   * @param whenDue takes a scheduled message that has become due; by default it joins this queue.
   */
  constructor(
    readonly address: string,
    private readonly settings: QueueSettings,
    private readonly quota: StorageQuota,
    private readonly env: BrokerEnvironment,
    readonly deadLetters: MessageQueue | undefined,
    private readonly whenDue?: (message: BrokerMessage) => void,
  ) {
    this.numbers = new SequenceCounter(address, env.store);
    this.dispatcher = new Dispatcher(this.handOver);
    this.locks = new LockTable(env.timers, (message) => {
      this.giveBack(message, true);
      this.wake();
    });
    this.scheduled = new Schedule(env.timers, this.fallDue);
    if (settings.requiresSession)
      this.sessions = new SessionRegistry(address, settings.lockDurationMs, env, this.handOver, this.giveBack);
  }

  get counts(): QueueCounts {
    return {
      active: this.log.size - this.locks.size - this.scheduled.size,
      locked: this.locks.size,
      scheduled: this.scheduled.size,
    };
  }

  nextSequenceNumber(): number {
    return this.numbers.next();
  }

  enqueue(payload: Payload, arrival: Arrival = {}): void {
    const message = this.createMessage(payload, this.numbers.next(), arrival);
    this.keep(message);
    if (this.sessions !== undefined && payload.sessionId === undefined)
      this.moveToDeadLetters(message, systemReasons.noSession);
    else this.activate(message);
  }

  /** Lets receivers have what has come in. */
  wake(): void {
    for (const dispatcher of this.dirty) {
      this.dirty.delete(dispatcher);
      dispatcher.pump();
    }
  }

  /** Holds the message back until `atMs`; its number is good for cancelling until then, after which it gets a new one. */
  schedule(payload: Payload, atMs: number): number {
    const message = this.createMessage(payload, this.numbers.next(), {}, atMs);
    this.keep(message);
    this.scheduled.add(message, atMs);
    return message.sequenceNumber;
  }

  /** @throws BrokerError messageNotFound, cancelling none, unless all are scheduled here. */
  cancelScheduled(sequenceNumbers: readonly number[]): void {
    for (const message of this.scheduled.cancel(sequenceNumbers)) this.remove(message);
  }

  addConsumer(consumer: Consumer): void {
    this.dispatcher.offer(consumer);
  }

  removeConsumer(consumer: Consumer): void {
    this.dispatcher.withdraw(consumer);
  }

  /** The lock with this token, in hexadecimal. @throws BrokerError messageLockLost */
  findLock(key: string): MessageLock {
    return this.locks.find(key);
  }

  /** @throws BrokerError messageLockLost, as do the other ways to settle. */
  complete(lock: MessageLock): void {
    this.remove(this.locks.held(lock));
  }

  /** Gives the message back, with these application properties set. */
  abandon(lock: MessageLock, properties: ReadonlyMap<string, unknown>): void {
    const message = this.locks.held(lock);
    message.applicationProperties = mergeApplicationProperties(message.applicationProperties, properties);
    this.giveBack(message, true);
    this.wake();
  }

  /** Gives the message back as if it had not been delivered. */
  release(lock: MessageLock): void {
    this.giveBack(this.locks.held(lock), false);
    this.wake();
  }

  /** @throws BrokerError notAllowed in a dead-letter queue. */
  deadLetter(lock: MessageLock, why: DeadLetterReason): void {
    const message = this.locks.held(lock);
    if (this.deadLetters === undefined)
      throw new BrokerError('notAllowed', 'A message in a dead-letter queue cannot be dead-lettered again.');
    this.moveToDeadLetters(message, why);
  }

  /** Extends the lock by the queue's lock duration; returns its new end. */
  renew(lock: MessageLock): number {
    this.locks.held(lock);
    this.locks.extend(lock, this.env.clock.now() + this.settings.lockDurationMs);
    return lock.term.untilMs;
  }

  /** Up to `count` messages from `sequenceNumber` on, whatever their state. */
  peek(sequenceNumber: number, count: number, sessionId: string | undefined): BrokerMessage[] {
    const peeked: BrokerMessage[] = [];
    for (const message of this.log.from(sequenceNumber)) {
      if (peeked.length >= count) break;
      if (sessionId === undefined || message.payload.sessionId === sessionId) peeked.push(message);
    }
    return peeked;
  }

  /** Brings back what the store has kept. Locks are not kept: what was locked is active again. */
  restore(parse: (raw: Buffer, messageId: string) => Payload): void {
    this.sessions?.restore();
    for (const stored of this.env.store?.messages(this.address) ?? []) {
      const message = this.createMessage(
        parse(stored.raw, stored.messageId),
        stored.sequenceNumber,
        stored,
        stored.scheduledForMs,
      );
      this.add(message);
      if (stored.scheduledForMs === undefined) this.activate(message);
      else this.scheduled.add(message, stored.scheduledForMs);
    }
    this.wake();
  }

  private createMessage(
    payload: Payload,
    sequenceNumber: number,
    arrival: Arrival,
    scheduledForMs?: number,
  ): BrokerMessage {
    const ttlMs = this.deadLetters === undefined ? undefined : this.settings.defaultTtlMs;
    return createMessage(payload, sequenceNumber, this.env.clock.now(), ttlMs, arrival, scheduledForMs);
  }

  private keep(message: BrokerMessage): void {
    this.add(message);
    this.env.store?.save(this.address, message);
  }

  private add(message: BrokerMessage): void {
    this.quota.retain(message.payload);
    this.log.append(message);
  }

  private activate(message: BrokerMessage): void {
    if (message.expiresAtMs !== Infinity)
      message.expiry = this.env.timers.at(message.expiresAtMs, () => this.expire(message));
    const { dispatcher, pumped } = this.dispatcherOf(message);
    dispatcher.add(message);
    this.dirty.add(pumped);
  }

  private readonly fallDue = (message: BrokerMessage): void => {
    if (this.whenDue === undefined) this.enqueue(message.payload, { enqueuedSequenceNumber: message.sequenceNumber });
    else this.whenDue(message);
    this.remove(message);
    this.wake();
  };

  private readonly handOver = (message: BrokerMessage, consumer: Consumer): void => {
    if (consumer.mode === 'receiveAndDelete') {
      this.remove(message);
      consumer.deliver(message, undefined);
      return;
    }
    const { session } = this.dispatcherOf(message);
    session?.locked.add(message);
    consumer.deliver(
      message,
      this.locks.grant(message, session?.term ?? this.env.clock.now() + this.settings.lockDurationMs),
    );
  };

  private readonly giveBack = (message: BrokerMessage, delivered: boolean): void => {
    if (delivered) message.deliveryCount += 1;
    if (message.deliveryCount >= this.settings.maxDeliveryCount && this.deadLetters !== undefined) {
      this.moveToDeadLetters(message, systemReasons.tooManyDeliveries(message.deliveryCount));
    } else if (message.expiresAtMs <= this.env.clock.now()) this.endOfLife(message);
    else {
      this.unlock(message);
      message.state = 'active';
      if (delivered) this.env.store?.save(this.address, message);
      const { dispatcher, pumped } = this.dispatcherOf(message);
      dispatcher.giveBack(message);
      this.dirty.add(pumped);
    }
  };

  /** The time to live is over. A locked message stays with its receiver until that settles or loses it. */
  private expire(message: BrokerMessage): void {
    if (message.state !== 'active') return;
    this.endOfLife(message);
    this.dispatcherOf(message).dispatcher.drop();
  }

  private endOfLife(message: BrokerMessage): void {
    if (!this.settings.deadLetterOnExpiry) this.remove(message);
    else this.moveToDeadLetters(message, systemReasons.expired);
  }

  private moveToDeadLetters(message: BrokerMessage, why: DeadLetterReason): void {
    const { payload, enqueuedSequenceNumber, enqueuedTimeMs, deliveryCount } = message;
    const applicationProperties = mergeApplicationProperties(message.applicationProperties, deadLetterProperties(why));
    this.deadLetters?.enqueue(payload, {
      enqueuedSequenceNumber,
      enqueuedTimeMs,
      deliveryCount,
      applicationProperties,
    });
    this.remove(message);
    this.deadLetters?.wake();
  }

  private remove(message: BrokerMessage): void {
    message.state = 'gone';
    this.unlock(message);
    this.env.timers.cancel(message.expiry);
    this.log.remove(message);
    this.quota.release(message.payload);
    this.env.store?.remove(this.address, message.sequenceNumber);
    const { session } = this.dispatcherOf(message);
    if (session !== undefined) this.sessions?.update(session);
  }

  private unlock(message: BrokerMessage): void {
    this.locks.drop(message);
    this.dispatcherOf(message).session?.locked.delete(message);
  }

  private dispatcherOf(message: BrokerMessage): {
    dispatcher: Dispatcher;
    session: Session | undefined;
    pumped: { pump(): void };
  } {
    const id = message.payload.sessionId;
    if (this.sessions === undefined || id === undefined)
      return { dispatcher: this.dispatcher, session: undefined, pumped: this.dispatcher };
    const session = this.sessions.get(id);
    return { dispatcher: session.dispatcher, session, pumped: session };
  }
}
