import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock';
import type { Subscription } from '../subscriptions/subscription';
import type { ResponseClass } from './classifyResponse';

/** Attempts to one subscriber at a time, in this process. */
export const MAX_IN_FLIGHT = 16;
/** Failures in a row that open the circuit. */
export const FAILURES_TO_OPEN = 20;
/** How long an open circuit admits nothing; then one attempt is the probe. */
export const OPEN_MS = 30_000;
/**
 * When all places are taken and nothing has begun or ended for so long, an attempt does not begin to wait: beside a subscriber that
 * hangs, five seconds of events would take all the calls that an instance makes at a time, and healthy subscribers would wait too.
 */
const STALLED_MS = 1_000;
/** The same for one whose last attempt did not succeed, or that has had none. */
const STALLED_UNWELL_MS = 500;
/** When attempts that have stalled are over: their time-out inside a ring. */
const ATTEMPT_MS = 5_000;
/** For a subscriber that throttles and does not say for how long. */
const DEFAULT_THROTTLE_MS = 5_000;

export interface Permit {
  readonly admitted: true;
  /** Must be called once, when the attempt has ended; without a response where no request was made after all. */
  release(response: ResponseClass | undefined): void;
}

export interface Refusal {
  readonly admitted: false;
  readonly why: 'busy' | 'stalled' | 'throttled' | 'circuitOpen';
  /** Until then nothing is admitted, or hardly anything: milliseconds since the epoch. */
  readonly untilMs: number;
  /** Since the first failure after the last success, in milliseconds; 0 while the last attempt succeeded. */
  readonly failingForMs: number;
  /** Why its last attempt failed; empty where none did. */
  readonly lastFailure: string;
}

/**
 * Which attempts one subscriber gets from this process: a bulkhead of 16, a circuit breaker (20 failures in a row open it
 * for 30 s, then one probe decides) and its `Retry-After`. Each process learns for itself. Written here, and not with
 * cockatiel, because that takes its time from the machine, has no limit on waiting and cannot say until when it refuses.
 */
export interface DeliveryPolicy {
  /**
   * Why nothing is admitted now, if that is so: it asked to wait, its circuit is open, or it has stalled (none of the 16 has ended for
   * a second, or for half a second where the last attempt did not succeed). An attempt that would only have to wait is not refused.
   */
  refusal(): Refusal | undefined;
  /**
   * Waits in order of arrival, at most until `untilMs`, for one of the 16 and for the result of a probe; refused at once where
   * `refusal` says why.
   */
  acquire(untilMs: number): Promise<Permit | Refusal>;
  /** Since the first failure after the last success (milliseconds since the epoch); undefined while the last attempt succeeded. */
  failingSinceMs(): number | undefined;
  isOpen(): boolean;
  /** Whether the last attempt of this process succeeded; false before the first one. */
  hasSucceeded(): boolean;
}

class SubscriberPolicy implements DeliveryPolicy {
  readonly #waiters: ((decision: Permit | Refusal) => void)[] = [];
  #inFlight = 0;
  #failures = 0;
  #openUntilMs = 0;
  #isProbing = false;
  #throttledUntilMs = 0;
  #failingSinceMs: number | undefined;
  #lastFailure = '';
  #hasSucceeded = false;
  /** When an attempt began or ended last. */
  #movedAtMs = 0;

  constructor(private readonly clock: Clock) {}

  refusal(): Refusal | undefined {
    const nowMs = this.clock.now();
    if (nowMs < this.#throttledUntilMs) return this.#refuse('throttled', this.#throttledUntilMs);
    if (this.isOpen() && nowMs < this.#openUntilMs) return this.#refuse('circuitOpen', this.#openUntilMs);
    const stalledMs = this.#hasSucceeded ? STALLED_MS : STALLED_UNWELL_MS;
    return this.#isFull() && nowMs - this.#movedAtMs >= stalledMs
      ? this.#refuse(this.#isProbing ? 'circuitOpen' : 'stalled', this.#movedAtMs + ATTEMPT_MS)
      : undefined;
  }

  async acquire(untilMs: number): Promise<Permit | Refusal> {
    return this.#decide() ?? this.#wait(untilMs);
  }

  failingSinceMs(): number | undefined {
    return this.#failingSinceMs;
  }

  isOpen(): boolean {
    return this.#failures >= FAILURES_TO_OPEN;
  }

  hasSucceeded(): boolean {
    return this.#hasSucceeded;
  }

  #refuse(why: Refusal['why'], untilMs: number): Refusal {
    const failingForMs = this.#failingSinceMs === undefined ? 0 : this.clock.now() - this.#failingSinceMs;
    return { admitted: false, why, untilMs, failingForMs, lastFailure: this.#lastFailure };
  }

  #isFull(): boolean {
    return this.#inFlight >= MAX_IN_FLIGHT || this.#isProbing;
  }

  /** A permit or a refusal; undefined for an attempt that has to wait. */
  #decide(): Permit | Refusal | undefined {
    const refused = this.refusal();
    if (refused !== undefined) return refused;
    if (this.#isFull()) return undefined;
    const isProbe = this.isOpen();
    this.#inFlight += 1;
    this.#isProbing = isProbe;
    this.#movedAtMs = this.clock.now();
    return {
      admitted: true,
      release: (response) => {
        this.#inFlight -= 1;
        this.#movedAtMs = this.clock.now();
        if (isProbe) this.#isProbing = false;
        this.#learn(response);
        this.#wake();
      },
    };
  }

  #learn(response: ResponseClass | undefined): void {
    if (response === undefined || response.class === 'notStarted') return;
    this.#hasSucceeded = response.class === 'delivered';
    if (response.class === 'delivered') {
      this.#failures = 0;
      this.#failingSinceMs = undefined;
      return;
    }
    const nowMs = this.clock.now();
    this.#failures += 1;
    this.#failingSinceMs ??= nowMs;
    this.#lastFailure = response.reason;
    if (this.isOpen()) this.#openUntilMs = nowMs + OPEN_MS;
    if (response.class === 'throttled')
      this.#throttledUntilMs = Math.max(this.#throttledUntilMs, nowMs + (response.retryAfterMs ?? DEFAULT_THROTTLE_MS));
  }

  #wait(untilMs: number): Promise<Permit | Refusal> {
    return new Promise((resolve) => {
      const cancel = this.clock.setTimer(untilMs - this.clock.now(), () => {
        this.#waiters.splice(this.#waiters.indexOf(settle), 1);
        resolve(this.#refuse('busy', this.clock.now()));
      });
      const settle = (decision: Permit | Refusal): void => {
        cancel();
        resolve(decision);
      };
      this.#waiters.push(settle);
    });
  }

  /** Lets those that wait go on, in their order, as far as there is room. */
  #wake(): void {
    for (let settle = this.#waiters[0]; settle !== undefined; settle = this.#waiters[0]) {
      const decision = this.#decide();
      if (decision === undefined) return;
      this.#waiters.shift();
      settle(decision);
    }
  }
}

export function createDeliveryPolicy(clock: Clock): DeliveryPolicy {
  return new SubscriberPolicy(clock);
}

/** More than there are subscriptions: only policies of those that were changed or deleted are dropped. */
const MAX_POLICIES = 1000;

/** The policy of a subscription as it stands; a changed one begins with nothing against it. */
export type DeliveryPolicies = (subscription: Pick<Subscription, 'id' | 'changedAtMs'>) => DeliveryPolicy;

/** One for each subscription and process. */
export function createDeliveryPolicies(clock: Clock): DeliveryPolicies {
  const policies = new LRUCache<string, DeliveryPolicy>({ max: MAX_POLICIES });
  return ({ id, changedAtMs }) => {
    const key = `${id} ${String(changedAtMs)}`;
    let policy = policies.get(key);
    if (policy === undefined) policies.set(key, (policy = createDeliveryPolicy(clock)));
    return policy;
  };
}
