import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock';
import type { Subscription } from '../subscriptions/subscription';

/** Attempts to one subscriber at a time, in this process. */
export const MAX_IN_FLIGHT = 16;
/** Failures in a row that open the circuit. */
export const FAILURES_TO_OPEN = 20;
/** How long an open circuit admits nothing; then one attempt is the probe. */
export const OPEN_MS = 30_000;
/** For a subscriber that throttles and does not say for how long. */
const DEFAULT_THROTTLE_MS = 5_000;

/** What an attempt says about its subscriber; `unknown`: no request was made after all. */
export type AttemptResult =
  | { readonly result: 'succeeded' | 'failed' | 'unknown' }
  | { readonly result: 'throttled'; readonly retryAfterMs: number | undefined };

export interface Permit {
  readonly admitted: true;
  /** Must be called once, when the attempt has ended. */
  release(attempt: AttemptResult): void;
}

export interface Refusal {
  readonly admitted: false;
  readonly why: 'busy' | 'throttled' | 'circuitOpen';
  /** Until then nothing is admitted: milliseconds since the epoch. */
  readonly untilMs: number;
  /** Since the first failure after the last success, in milliseconds; 0 for `busy`. */
  readonly failingForMs: number;
}

/**
 * Which attempts one subscriber gets from this process: a bulkhead of 16, a circuit breaker (20 failures in a row open it
 * for 30 s, then one probe decides) and its `Retry-After`. Each process learns for itself. Written here, and not with
 * cockatiel, because that takes its time from the machine, has no limit on waiting and cannot say until when it refuses.
 */
export interface DeliveryPolicy {
  /** Why nothing is admitted now, if that is so; an attempt that would only have to wait is not refused. */
  refusal(): Refusal | undefined;
  /** Waits in order of arrival, at most until `untilMs`, for one of the 16 and for the result of a probe. */
  acquire(untilMs: number): Promise<Permit | Refusal>;
  /** Since the first failure after the last success (milliseconds since the epoch); undefined while the last attempt succeeded. */
  failingSinceMs(): number | undefined;
  isOpen(): boolean;
}

interface Waiter {
  readonly settle: (answer: Permit | Refusal) => void;
}

export function createDeliveryPolicy(clock: Clock): DeliveryPolicy {
  const waiters: Waiter[] = [];
  let inFlight = 0;
  let failures = 0;
  let openUntilMs = 0;
  let probing = false;
  let throttledUntilMs = 0;
  let failingSinceMs: number | undefined;

  const isTripped = (): boolean => failures >= FAILURES_TO_OPEN;
  const refuse = (why: 'throttled' | 'circuitOpen', untilMs: number): Refusal => ({
    admitted: false,
    why,
    untilMs,
    failingForMs: failingSinceMs === undefined ? 0 : clock.now() - failingSinceMs,
  });
  const refusal = (): Refusal | undefined => {
    if (clock.now() < throttledUntilMs) return refuse('throttled', throttledUntilMs);
    return isTripped() && clock.now() < openUntilMs ? refuse('circuitOpen', openUntilMs) : undefined;
  };

  const learn = (attempt: AttemptResult): void => {
    if (attempt.result === 'unknown') return;
    if (attempt.result === 'succeeded') {
      failures = 0;
      failingSinceMs = undefined;
      return;
    }
    failures += 1;
    failingSinceMs ??= clock.now();
    if (isTripped()) openUntilMs = clock.now() + OPEN_MS;
    if (attempt.result === 'throttled')
      throttledUntilMs = Math.max(throttledUntilMs, clock.now() + (attempt.retryAfterMs ?? DEFAULT_THROTTLE_MS));
  };

  /** A permit or a refusal; undefined for one that has to wait. */
  const decide = (): Permit | Refusal | undefined => {
    const refused = refusal();
    if (refused !== undefined) return refused;
    if (inFlight >= MAX_IN_FLIGHT || probing) return undefined;
    const isProbe = isTripped();
    inFlight += 1;
    probing = isProbe;
    return {
      admitted: true,
      release(attempt) {
        inFlight -= 1;
        if (isProbe) probing = false;
        learn(attempt);
        wake();
      },
    };
  };

  const wake = (): void => {
    for (let waiter = waiters[0]; waiter !== undefined; waiter = waiters[0]) {
      const decision = decide();
      if (decision === undefined) return;
      waiters.shift();
      waiter.settle(decision);
    }
  };

  const wait = (untilMs: number): Promise<Permit | Refusal> =>
    new Promise((resolve) => {
      const cancel = clock.setTimer(untilMs - clock.now(), () => {
        waiters.splice(waiters.indexOf(waiter), 1);
        resolve({ admitted: false, why: 'busy', untilMs: clock.now(), failingForMs: 0 });
      });
      const waiter: Waiter = {
        settle(decision) {
          cancel();
          resolve(decision);
        },
      };
      waiters.push(waiter);
    });

  return {
    refusal,
    acquire: async (untilMs) => (waiters.length === 0 ? decide() : undefined) ?? wait(untilMs),
    failingSinceMs: () => failingSinceMs,
    isOpen: () => isTripped(),
  };
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
