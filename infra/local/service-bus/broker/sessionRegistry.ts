import { BrokerError } from './brokerError';
import type { BrokerMessage } from './messages/brokerMessage';
import type { BrokerEnvironment } from './environment';
import { Dispatcher, type Consumer } from './dispatcher';
import type { Timer } from './timerHeap';

/** Who holds a session: one receiver at a time. */
export interface SessionHolder {
  /** The name of its link: `$management` requests name it. */
  readonly name: string;
  /** The lock has run out: from now on it takes no message. */
  lost(error: BrokerError): void;
}

/** Messages with one session id; the lock is the session's, and all its messages share it. */
export interface Session {
  readonly id: string;
  readonly dispatcher: Dispatcher;
  /** When the holder's lock ends, in ms since the epoch. */
  readonly term: { untilMs: number };
  readonly locked: Set<BrokerMessage>;
  holder: SessionHolder | undefined;
  state: Buffer | undefined;
  /** When the state was last set, in ms since the epoch. */
  stateSetAtMs: number;
  timer: Timer | undefined;
  pump(): void;
}

interface Waiter {
  readonly holder: SessionHolder;
  readonly granted: (session: Session) => void;
  readonly timer: Timer;
}

/** The sessions of one queue or subscription: which there are, who holds them, and who waits for the next one. */
export class SessionRegistry {
  private readonly sessions = new Map<string, Session>();
  /** Sessions with messages and no holder, the longest waiting first. */
  private readonly free = new Set<Session>();
  private readonly waiters = new Set<Waiter>();

  /** @param giveBack returns what a session had locked; `delivered` when that counts as a delivery. */
  constructor(
    private readonly address: string,
    private readonly lockDurationMs: number,
    private readonly env: BrokerEnvironment,
    private readonly handOver: (message: BrokerMessage, consumer: Consumer) => void,
    private readonly giveBack: (message: BrokerMessage, delivered: boolean) => void,
  ) {}

  /** The session, made if there is none. */
  get(id: string): Session {
    let session = this.sessions.get(id);
    if (session === undefined) {
      session = this.create(id);
      this.sessions.set(id, session);
    }
    return session;
  }

  /** @throws BrokerError sessionCannotBeLocked when another receiver has it. */
  accept(id: string, holder: SessionHolder): Session {
    const session = this.get(id);
    if (session.holder !== undefined) {
      throw new BrokerError(
        'sessionCannotBeLocked',
        `The requested session '${id}' cannot be accepted. It may be locked by another receiver.`,
      );
    }
    return this.grant(session, holder);
  }

  /**
   * Calls one of both, later or at once: `granted` with the next session that nobody has, `failed` after `timeoutMs`.
   * Returns how to stop waiting.
   */
  acceptNext(
    holder: SessionHolder,
    timeoutMs: number,
    granted: (session: Session) => void,
    failed: (error: BrokerError) => void,
  ): () => void {
    const [next] = this.free;
    if (next !== undefined) {
      granted(this.grant(next, holder));
      return () => undefined;
    }
    const timer = this.env.timers.at(this.env.clock.now() + timeoutMs, () => {
      this.waiters.delete(waiter);
      failed(
        new BrokerError(
          'timeout',
          'The operation did not complete within the allotted time: no session with messages is unlocked.',
        ),
      );
    });
    const waiter: Waiter = { holder, granted, timer };
    this.waiters.add(waiter);
    return () => {
      this.env.timers.cancel(timer);
      this.waiters.delete(waiter);
    };
  }

  /** The session, when it is locked by the link of that name (by any, when none is named). @throws BrokerError sessionLockLost */
  held(id: string, linkName: string | undefined): Session {
    const session = this.sessions.get(id);
    if (session?.holder === undefined || (linkName !== undefined && session.holder.name !== linkName))
      throw sessionLockLost(id);
    return session;
  }

  renew(session: Session): number {
    this.env.timers.cancel(session.timer);
    session.term.untilMs = this.env.clock.now() + this.lockDurationMs;
    session.timer = this.env.timers.at(session.term.untilMs, () => this.expire(session));
    return session.term.untilMs;
  }

  /**
   * Ends the holder's lock, who takes no message any more: what it had not settled is there for the next one, as if
   * it had not been delivered.
   */
  release(session: Session, holder: SessionHolder): void {
    if (session.holder === holder) this.unlock(session, false);
  }

  setState(session: Session, state: Buffer | undefined): void {
    session.state = state;
    session.stateSetAtMs = this.env.clock.now();
    this.env.store?.saveSessionState(this.address, session.id, state);
  }

  /** Ids of sessions that hold messages; where `stateSetAfterMs` is given, of those whose state was set after it. */
  list(skip: number, top: number, stateSetAfterMs?: number): string[] {
    return [...this.sessions.values()]
      .filter(({ dispatcher, locked, state, stateSetAtMs }) =>
        stateSetAfterMs === undefined
          ? dispatcher.waiting + locked.size > 0
          : state !== undefined && stateSetAtMs > stateSetAfterMs,
      )
      .slice(skip, skip + top)
      .map(({ id }) => id);
  }

  restore(): void {
    for (const [id, state] of this.env.store?.sessionStates(this.address) ?? [])
      Object.assign(this.get(id), { state, stateSetAtMs: this.env.clock.now() });
  }

  /** A message of the session has come, gone or changed hands. */
  update(session: Session): void {
    if (session.holder === undefined && session.dispatcher.waiting > 0) this.free.add(session);
    else this.free.delete(session);
    if (
      session.holder === undefined &&
      session.dispatcher.waiting + session.locked.size === 0 &&
      session.state === undefined
    )
      this.sessions.delete(session.id);
  }

  private create(id: string): Session {
    const session: Session = {
      id,
      dispatcher: new Dispatcher(this.handOver),
      term: { untilMs: 0 },
      locked: new Set(),
      holder: undefined,
      state: undefined,
      stateSetAtMs: 0,
      timer: undefined,
      pump: () => this.pump(session),
    };
    return session;
  }

  private pump(session: Session): void {
    this.update(session);
    if (session.holder === undefined && session.dispatcher.waiting > 0) this.serveWaiter(session);
    session.dispatcher.pump();
  }

  private serveWaiter(session: Session): void {
    const [waiter] = this.waiters;
    if (waiter === undefined) return;
    this.waiters.delete(waiter);
    this.env.timers.cancel(waiter.timer);
    waiter.granted(this.grant(session, waiter.holder));
  }

  private grant(session: Session, holder: SessionHolder): Session {
    session.holder = holder;
    this.renew(session);
    this.update(session);
    return session;
  }

  private expire(session: Session): void {
    session.holder?.lost(sessionLockLost(session.id));
    this.unlock(session, true);
  }

  private unlock(session: Session, delivered: boolean): void {
    this.env.timers.cancel(session.timer);
    session.holder = undefined;
    for (const message of session.locked) this.giveBack(message, delivered);
    session.pump();
  }
}

/** A link that loses a session loses the locks of its messages with it, and is informed of the session. */
export const sessionLockLost = (id: string): BrokerError =>
  new BrokerError('sessionLockLost', `The session lock has expired on the session '${id}'. Accept a new session.`);
