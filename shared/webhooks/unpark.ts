import type { Clock } from '../clock';
import { toRelayError } from '../errors/relayError';
import { retryInPlace } from '../messaging/retryInPlace';
import { countDelivery } from '../telemetry/metrics';
import { fromTraceParent, note, withSpan } from '../telemetry/trace';
import type { Deliver, DeliverResult } from './deliver';
import type { ParkedMessage, Waiting } from './deliveryMessage';
import { firstAttemptOf, parkAgain } from './park';
import type { DeliveryQueue, SubscriptionStore } from './ports';
import { putOffUntilMs } from './putOff';
import type { SubscriberGate } from './subscriberGate';

export interface UnparkPorts {
  readonly subscriptions: Pick<SubscriptionStore, 'find'>;
  readonly queue: DeliveryQueue;
  readonly gate: Pick<SubscriberGate, 'takeTurn'>;
  readonly deliver: Deliver;
  readonly clock: Clock;
  /** From 0 to 1; Math.random outside tests. */
  readonly random: () => number;
}

/**
 * Deals with one message for all who took nothing when its event came; when it resolves, to what became of each, the message
 * may be completed. Run twice, what it sends falls to the queue's duplicate detection, and what it ended is found in the log.
 * @param isFirstTime whether this is known to be the first time that the bus gives the message out.
 */
export type Unpark = (message: ParkedMessage, isFirstTime?: boolean) => Promise<readonly (DeliverResult | 'due')[]>;

/** How one of them stands: it takes something again; its delivery ends here; or it waits on. */
type Standing = 'due' | 'over' | Waiting;

/**
 * Looks at each who waits: who takes something again gets a message of its own, for one message is one attempt; the others wait on
 * together, and when nobody has anything left to wait for, their deliveries end together. Errors: those of the queue and of
 * deliver.
 */
export function createUnpark({ subscriptions, queue, gate, deliver, clock, random }: UnparkPorts): Unpark {
  const lookAt = async ({ event }: ParkedMessage, waiting: Waiting, chance: number): Promise<Standing> => {
    const { subscriptionId, atMs, deferrals } = waiting;
    const subscription = await subscriptions.find(subscriptionId);
    if (subscription?.state.name !== 'active' || clock.now() >= (event.expiryTimeMs ?? Number.POSITIVE_INFINITY))
      return 'over';
    const refusal = gate.takeTurn(subscription);
    if (refusal === undefined) return 'due';
    if (atMs !== undefined && clock.now() < atMs) return waiting;
    return { subscriptionId, atMs: putOffUntilMs(refusal, { event, deferrals }, chance), deferrals: deferrals + 1 };
  };

  /** Where a subscription cannot be looked up, its own message waits until it can. */
  const lookOrHandOn = async (...look: Parameters<typeof lookAt>): Promise<Standing> => {
    try {
      return await lookAt(...look);
    } catch (error) {
      if (!toRelayError(error).retryable) throw error;
      return 'due';
    }
  };

  const unpark = async (parked: ParkedMessage, isNew: boolean): Promise<readonly (DeliverResult | 'due')[]> => {
    const chance = random();
    const looked = await Promise.all(
      parked.waiting.map(async (one) => ({ one, standing: await lookOrHandOn(parked, one, chance) })),
    );
    const firstAttempts = (those: typeof looked) =>
      those.map(({ one }) => ({ ...firstAttemptOf(parked, one), ...(!isNew && { isRepeated: true }) }));
    const due = firstAttempts(looked.filter(({ standing }) => standing === 'due'));
    const turnedAway = looked.flatMap(({ standing }) => (typeof standing === 'object' ? [standing] : []));
    const waiting = turnedAway.some(({ atMs }) => atMs !== undefined) ? turnedAway : [];
    const waitOn = waiting.length > 0 ? [parkAgain(parked, waiting, clock.now(), !isNew)] : [];
    await retryInPlace(() => queue.enqueue([...due.map((message) => ({ message })), ...waitOn]), { clock, random });
    countDelivery('deferred', waiting.length);
    note({ 'relay.due': due.length, 'relay.deferred': waiting.length });
    const over = firstAttempts(
      looked.filter(({ standing }) => standing === 'over' || (typeof standing === 'object' && waiting.length === 0)),
    );
    const ended = await Promise.all(over.map((message) => deliver(message, isNew)));
    return [...due.map(() => 'due' as const), ...waiting.map(() => 'deferred' as const), ...ended];
  };

  return (parked, isFirstTime = false) => {
    const { event, waiting, traceParent } = parked;
    const facts = () => ({
      'cloudevents.event_id': event.id,
      'cloudevents.event_type': event.type,
      'relay.subscribers': waiting.length,
    });
    return withSpan('unpark', { kind: 'consumer', parent: fromTraceParent(traceParent), facts }, () =>
      unpark(parked, isFirstTime && parked.isRepeated !== true),
    );
  };
}
