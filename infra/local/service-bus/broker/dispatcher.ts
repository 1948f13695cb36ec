import type { BrokerMessage, MessageLock } from './messages/brokerMessage';
import { ReadyList } from './messages/readyList';

/** A receiver of messages, as far as a queue knows it. */
export interface Consumer {
  readonly mode: 'peekLock' | 'receiveAndDelete';
  /** How many messages it takes now. */
  capacity(): number;
  /** Hands it a message: with its lock, or for good. */
  deliver(message: BrokerMessage, lock: MessageLock | undefined): void;
}

/** Messages that are received in order, and the consumers that take them by turns: a whole queue, or one session. */
export class Dispatcher {
  /** How many messages wait. */
  waiting = 0;
  private readonly ready = new ReadyList();
  /** Consumers that may have room, the next one first. */
  private readonly hungry = new Set<Consumer>();

  constructor(private readonly handOver: (message: BrokerMessage, consumer: Consumer) => void) {}

  add(message: BrokerMessage): void {
    this.waiting += 1;
    this.ready.push(message);
  }

  giveBack(message: BrokerMessage): void {
    this.waiting += 1;
    this.ready.giveBack(message);
  }

  /** One of the waiting messages has gone. */
  drop(): void {
    this.waiting -= 1;
    this.ready.skipGone();
  }

  /** The consumer has, or may have, room again. */
  offer(consumer: Consumer): void {
    this.hungry.add(consumer);
    this.pump();
  }

  withdraw(consumer: Consumer): void {
    this.hungry.delete(consumer);
  }

  /** Hands over as many messages as there are takers for, one each by turns. */
  pump(): void {
    for (const consumer of this.hungry) {
      if (this.waiting === 0) return;
      this.hungry.delete(consumer);
      if (consumer.capacity() <= 0) continue;
      const message = this.ready.take();
      if (message === undefined) return;
      this.waiting -= 1;
      this.hungry.add(consumer);
      this.handOver(message, consumer);
    }
  }
}
