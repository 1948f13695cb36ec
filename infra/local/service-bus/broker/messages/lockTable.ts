import { BrokerError } from '../brokerError';
import type { BrokerMessage, MessageLock } from './brokerMessage';
import { createLockToken } from './lockToken';
import type { TimerHeap, Timer } from '../timerHeap';

/** The locks on the messages of one queue, by token. A lock of its own term ends by itself; one that shares a session's does not. */
export class LockTable {
  private readonly byKey = new Map<string, { readonly lock: MessageLock; timer: Timer | undefined }>();

  constructor(
    private readonly timers: TimerHeap,
    private readonly whenExpired: (message: BrokerMessage) => void,
  ) {}

  get size(): number {
    return this.byKey.size;
  }

  /** Locks the message until `untilMs`, or for the session's term. */
  grant(message: BrokerMessage, until: number | { untilMs: number }): MessageLock {
    const token = createLockToken();
    const term = typeof until === 'number' ? { untilMs: until } : until;
    const lock: MessageLock = { message, token, key: token.toString('hex'), term };
    message.lock = lock;
    message.state = 'locked';
    this.byKey.set(lock.key, { lock, timer: typeof until === 'number' ? this.endAt(until, lock) : undefined });
    return lock;
  }

  /** The lock with this token. @throws BrokerError messageLockLost */
  find(key: string): MessageLock {
    const held = this.byKey.get(key);
    if (held === undefined) throw lockLost();
    return held.lock;
  }

  /** The message, when the lock is still good. @throws BrokerError messageLockLost */
  held(lock: MessageLock): BrokerMessage {
    if (lock.message.lock !== lock) throw lockLost();
    return lock.message;
  }

  extend(lock: MessageLock, untilMs: number): void {
    const held = this.byKey.get(lock.key);
    if (held?.timer === undefined) return;
    this.timers.cancel(held.timer);
    lock.term.untilMs = untilMs;
    held.timer = this.endAt(untilMs, lock);
  }

  /** Ends the message's lock, if it has one. */
  drop(message: BrokerMessage): void {
    if (message.lock === undefined) return;
    this.timers.cancel(this.byKey.get(message.lock.key)?.timer);
    this.byKey.delete(message.lock.key);
    message.lock = undefined;
  }

  private endAt(untilMs: number, { message }: MessageLock): Timer {
    return this.timers.at(untilMs, () => this.whenExpired(message));
  }
}

const lockLost = (): BrokerError =>
  new BrokerError(
    'messageLockLost',
    'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.',
  );
