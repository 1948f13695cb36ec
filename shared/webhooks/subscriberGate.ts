import type { Clock } from '../clock';
import { createCircuitBreaker, type CircuitBreaker } from './circuitBreaker';
import type { Subscription } from './subscription';

/** Deliveries to one subscriber at a time, in this process. */
export const MAX_IN_FLIGHT = 4;

/** Told on leaving: whether the subscriber works (undefined: throttled, which says neither), and until when it wants rest. */
export interface Visit {
  readonly succeeded: boolean | undefined;
  readonly restMs?: number;
}

export type Admission =
  | { readonly admitted: true; leave(visit: Visit): void }
  | { readonly admitted: false; readonly why: 'busy' | 'throttled' | 'circuitOpen'; readonly untilMs: number };

/** Keeps one slow or failing subscriber from hurting the others: at most four at once, its own throttle, its own circuit. */
export interface SubscriberGate {
  /** Never waits. Who is admitted must leave. A change of the subscription ends its throttle and closes its circuit. */
  enter(subscription: Pick<Subscription, 'id' | 'changedAtMs'>): Admission;
}

interface Place {
  changedAtMs: number;
  inFlight: number;
  throttledUntilMs: number;
  breaker: CircuitBreaker;
}

/** A gate for this process; it holds a few numbers for each subscriber and nothing else. */
export function createSubscriberGate(clock: Clock): SubscriberGate {
  const places = new Map<string, Place>();
  const placeOf = ({ id, changedAtMs }: Pick<Subscription, 'id' | 'changedAtMs'>): Place => {
    const known = places.get(id);
    if (known?.changedAtMs === changedAtMs) return known;
    const place: Place = { changedAtMs, inFlight: known?.inFlight ?? 0, throttledUntilMs: 0, breaker: createCircuitBreaker(clock) };
    // The same object, because those who are inside leave through it.
    const renewed = known === undefined ? place : Object.assign(known, place);
    places.set(id, renewed);
    return renewed;
  };

  return {
    enter(subscription) {
      const place = placeOf(subscription);
      const nowMs = clock.now();
      if (nowMs < place.throttledUntilMs) return { admitted: false, why: 'throttled', untilMs: place.throttledUntilMs };
      if (place.inFlight >= MAX_IN_FLIGHT) return { admitted: false, why: 'busy', untilMs: nowMs };
      // Last, because what it lets through may be the one probe.
      const openUntilMs = place.breaker.refusedUntilMs();
      if (openUntilMs !== undefined) return { admitted: false, why: 'circuitOpen', untilMs: openUntilMs };
      place.inFlight += 1;
      return {
        admitted: true,
        leave({ succeeded, restMs = 0 }) {
          place.inFlight -= 1;
          if (succeeded !== undefined) place.breaker.record(succeeded);
          if (restMs > 0) place.throttledUntilMs = Math.max(place.throttledUntilMs, clock.now() + restMs);
        },
      };
    },
  };
}
