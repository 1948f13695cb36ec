import type { RelayEvent } from '../../../shared/invitations/events/relayEvent';
import type { DueDelivery } from '../../../shared/webhooks/delivery/deliver';
import type { PostSigned } from '../../../shared/webhooks/delivery/postSigned';
import type { SendResult } from '../../../shared/webhooks/delivery/classifyResponse';
import type { SeededRandom } from '../../support/seededRandom';
import type { PlannedSubscriber, subscriberStates } from './scenario';
import type { SimulatedProcess } from './simulatedProcess';
import type { VirtualTime } from './virtualTime';

/** One request that a process began. */
export interface SeenAttempt {
  readonly process: SimulatedProcess;
  readonly due: DueDelivery;
  readonly event: RelayEvent;
  readonly subscriptionId: string;
  readonly atMs: number;
  /** When the process had its result; undefined if it never had. */
  endedAtMs?: number;
  /** Whether the subscriber took it. */
  isTaken: boolean;
}

type State = (typeof subscriberStates)[number] | 'healthy';

export interface SimulatedSubscribers {
  readonly attempts: readonly SeenAttempt[];
  stateAt(subscriptionId: string, atMs: number): State;
  /** @param due the delivery that the request is made for */
  postFor(process: SimulatedProcess, due: () => DueDelivery | undefined): PostSigned;
}

export interface SubscriberPorts {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly startMs: number;
  readonly planned: ReadonlyMap<string, PlannedSubscriber>;
}

export function createSimulatedSubscribers({ time, random, startMs, planned }: SubscriberPorts): SimulatedSubscribers {
  const attempts: SeenAttempt[] = [];

  const stateAt = (subscriptionId: string, atMs: number): State =>
    planned.get(subscriptionId)?.troubles.find(({ fromMs, forMs }) => {
      const sinceMs = atMs - startMs - fromMs;
      return sinceMs >= 0 && sinceMs < forMs;
    })?.state ?? 'healthy';

  const respond = (state: State, timeoutMs: number, isSlowByRight: boolean): SendResult => {
    const failed = (reason: 'timeout' | 'connectionRefused', durationMs: number): SendResult => ({
      kind: 'networkError',
      reason,
      detail: '',
      durationMs,
    });
    const responded = (status: number, durationMs: number, retryAfter?: string): SendResult =>
      durationMs > timeoutMs
        ? failed('timeout', timeoutMs)
        : { kind: 'response', status, retryAfter, body: '', durationMs };
    switch (state) {
      case 'healthy':
        return responded(200, isSlowByRight ? random.between(4_000, 9_000) : random.between(2, 40));
      case 'slow':
        return responded(200, random.between(500, 4_900));
      case 'failing':
        return responded(500, random.between(2, 20));
      case 'refusing':
        return failed('connectionRefused', random.between(1, 3));
      case 'hanging':
        return failed('timeout', timeoutMs);
      case 'throttling':
        return responded(429, random.between(2, 20), random.pick([undefined, '1', '4']));
    }
  };

  return {
    attempts,
    stateAt,
    postFor: (process, dueNow) => async (subscription, _eventId, _rendered, timeoutMs) => {
      const due = dueNow();
      if (due === undefined) throw new Error('Nothing is being delivered.');
      const { id } = subscription;
      const attempt: SeenAttempt = {
        process,
        due,
        event: due.event,
        subscriptionId: id,
        atMs: time.now(),
        isTaken: false,
      };
      attempts.push(attempt);
      let result: SendResult | undefined;
      const isSlowByRight = planned.get(id)?.isSlowByRight === true;
      const journey = () => {
        result = respond(stateAt(id, time.now()), timeoutMs, isSlowByRight);
        return { thereMs: 0.5, backMs: result.durationMs };
      };
      const end = await process.request('post', journey, () => {
        attempt.isTaken = result?.kind === 'response' && result.status === 200;
        return result as SendResult;
      });
      attempt.endedAtMs = time.now();
      return { ...end, headers: {} };
    },
  };
}
