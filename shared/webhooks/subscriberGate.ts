import type { Clock } from '../clock';
import { createCircuitBreaker, PROBE_MS, type CircuitBreaker } from './circuitBreaker';
import type { Subscription } from './subscriptions/subscription';

/** Deliveries to one subscriber at a time, in this process. */
export const MAX_IN_FLIGHT = 4;
/** So many more may wait for one of the four to leave, but only so long: a healthy subscriber's burst needs no detour over the bus, and the four of one that hangs do not leave. */
export const MAX_WAITING = 8;
export const LONGEST_WAIT_MS = 250;
/** How long a visit, or the rest that it ended with, tells of a subscriber: twice as long as an open circuit lets nobody in. */
const EVIDENCE_MS = 60_000;

/** Told on leaving: whether the subscriber works (undefined: throttled, which says neither), and until when it wants rest. */
export interface Visit {
  readonly succeeded: boolean | undefined;
  readonly restMs?: number;
}

export interface Refusal {
  readonly admitted: false;
  /** `beingTried`: it may work again, and someone is finding out. */
  readonly why: 'busy' | 'throttled' | 'circuitOpen' | 'beingTried';
  readonly untilMs: number;
  /** From the first failure to the last, where nothing has succeeded since; absent without any of late, and where it says little. */
  readonly failingMs?: number;
}

export type Admission = { readonly admitted: true; leave(visit: Visit): void } | Refusal;

/** Keeps one slow or failing subscriber from hurting the others: at most four at once, its own throttle, its own circuit. */
export interface SubscriberGate {
  /** Why nobody is admitted now, if that is so and not only for a moment: then nothing else needs to be looked at. */
  closed(subscription: Pick<Subscription, 'id' | 'changedAtMs'>): Refusal | undefined;
  /**
   * As closed, for many who wait. When one that wanted rest, or whose circuit was open, may work again, the first who asks has
   * the turn, and the others are refused until a visit has ended, or for 5 s: one finds out for all.
   */
  takeTurn(subscription: Pick<Subscription, 'id' | 'changedAtMs'>): Refusal | undefined;
  /** That someone has come and makes no visit now: if it is the one who has the turn, the next who asks may have it. */
  passOn(subscription: Pick<Subscription, 'id' | 'changedAtMs'>): void;
  /** Waits 250 ms at most. Who is admitted must leave. A change of the subscription ends its throttle and closes its circuit. */
  enter(subscription: Pick<Subscription, 'id' | 'changedAtMs'>): Promise<Admission>;
}

interface Place {
  changedAtMs: number;
  inFlight: number;
  /** Wake those who wait, first come first. */
  readonly waiting: AbortController[];
  throttledUntilMs: number;
  /** That the last visit ended with a wish for rest. */
  wantedRest: boolean;
  /** When someone took the turn; no visit has ended since. */
  turnTakenAtMs: number | undefined;
  /** The first visit since one that succeeded, and the last. */
  failingSinceMs: number | undefined;
  lastVisitMs: number;
  breaker: CircuitBreaker;
}

/** A gate for this process; it holds a few numbers for each subscriber and nothing else. */
export function createSubscriberGate(clock: Clock): SubscriberGate {
  const places = new Map<string, Place>();

  const placeOf = ({ id, changedAtMs }: Pick<Subscription, 'id' | 'changedAtMs'>): Place => {
    const fresh = {
      changedAtMs,
      throttledUntilMs: 0,
      wantedRest: false,
      turnTakenAtMs: undefined,
      failingSinceMs: undefined,
      lastVisitMs: 0,
      breaker: createCircuitBreaker(clock),
    };
    const known = places.get(id);
    if (known?.changedAtMs === changedAtMs) return known;
    // The same object, because those who are inside leave through it.
    const place = known === undefined ? { inFlight: 0, waiting: [], ...fresh } : Object.assign(known, fresh);
    places.set(id, place);
    return place;
  };

  /** What was seen long ago says nothing of now: another process may have had every success since. */
  const failingMs = ({ failingSinceMs, lastVisitMs }: Place): number | undefined =>
    failingSinceMs === undefined || clock.now() - lastVisitMs > EVIDENCE_MS ? undefined : lastVisitMs - failingSinceMs;

  const refuse = (place: Place, why: 'throttled' | 'circuitOpen', untilMs: number): Refusal => {
    const failing = failingMs(place);
    return { admitted: false, why, untilMs, ...(failing !== undefined && { failingMs: failing }) };
  };

  const isInDoubt = (place: Place): boolean =>
    place.wantedRest
      ? clock.now() - place.throttledUntilMs <= EVIDENCE_MS
      : place.breaker.isTripped() && failingMs(place) !== undefined;

  const isFailing = (place: Place): boolean => failingMs(place) !== undefined || isInDoubt(place);

  /** As long as the breaker waits for a probe. */
  const isBeingTried = ({ turnTakenAtMs }: Place): boolean =>
    turnTakenAtMs !== undefined && clock.now() - turnTakenAtMs < PROBE_MS;

  /** How that one fares tells more than all the time before. */
  const refuseForTrial = (): Refusal => ({ admitted: false, why: 'beingTried', untilMs: clock.now() });

  const refuseByCircuit = (place: Place, openUntilMs: number): Refusal =>
    openUntilMs > clock.now() ? refuse(place, 'circuitOpen', openUntilMs) : refuseForTrial();

  const tryToEnter = (place: Place): Admission => {
    const nowMs = clock.now();
    if (nowMs < place.throttledUntilMs) return refuse(place, 'throttled', place.throttledUntilMs);
    if (place.inFlight >= MAX_IN_FLIGHT) return { admitted: false, why: 'busy', untilMs: nowMs };
    // Last, because what it lets through may be the one probe.
    const openUntilMs = place.breaker.refusedUntilMs();
    if (openUntilMs !== undefined) return refuseByCircuit(place, openUntilMs);
    place.inFlight += 1;
    if (isInDoubt(place)) place.turnTakenAtMs = nowMs;
    const { changedAtMs } = place;
    return {
      admitted: true,
      leave({ succeeded, restMs = 0 }) {
        place.inFlight -= 1;
        place.waiting.shift()?.abort();
        // What it was says nothing of what it has been changed to.
        if (place.changedAtMs !== changedAtMs) return;
        if (succeeded === true) place.failingSinceMs = undefined;
        else if (failingMs(place) === undefined) place.failingSinceMs = clock.now();
        place.lastVisitMs = clock.now();
        place.turnTakenAtMs = undefined;
        // While it rests, nothing says how it is after that.
        place.wantedRest = restMs > 0 || (place.wantedRest && clock.now() < place.throttledUntilMs);
        if (succeeded !== undefined) place.breaker.record(succeeded);
        if (restMs > 0) place.throttledUntilMs = Math.max(place.throttledUntilMs, clock.now() + restMs);
      },
    };
  };

  const closed = (place: Place): Refusal | undefined => {
    if (clock.now() < place.throttledUntilMs) return refuse(place, 'throttled', place.throttledUntilMs);
    if (place.inFlight >= MAX_IN_FLIGHT && isFailing(place))
      return { admitted: false, why: 'busy', untilMs: clock.now() };
    const openUntilMs = place.breaker.openUntilMs();
    return openUntilMs === undefined ? undefined : refuseByCircuit(place, openUntilMs);
  };

  const takeTurn = (place: Place): Refusal | undefined => {
    const refusal = closed(place);
    if (refusal !== undefined || !isInDoubt(place)) return refusal;
    if (isBeingTried(place)) return refuseForTrial();
    // Who had the turn before was not seen here, and may have come to another process: until someone enters here, nobody waits for anyone.
    place.turnTakenAtMs ??= clock.now();
    return undefined;
  };

  return {
    closed: (subscription) => closed(placeOf(subscription)),
    takeTurn: (subscription) => takeTurn(placeOf(subscription)),
    passOn(subscription) {
      const place = placeOf(subscription);
      if (isBeingTried(place)) place.turnTakenAtMs = undefined;
    },
    async enter(subscription) {
      const place = placeOf(subscription);
      const admission = tryToEnter(place);
      if (admission.admitted || admission.why !== 'busy' || isFailing(place) || place.waiting.length >= MAX_WAITING)
        return admission;
      const woken = new AbortController();
      place.waiting.push(woken);
      await clock.sleep(LONGEST_WAIT_MS, woken.signal);
      if (!woken.signal.aborted) place.waiting.splice(place.waiting.indexOf(woken), 1);
      return tryToEnter(place);
    },
  };
}
