import type { Clock } from '../clock';
import type { DeliveryMessage } from './deliveryMessage';
import { decideOrder, type OrderDecision } from './orderRule';
import type { DeliveryOrder } from './ports';

/** For an earlier event of the call that is on its way in this process. */
const LONGEST_WAIT_MS = 500;

export interface LookAtOrderPorts {
  readonly journal: Pick<DeliveryOrder, 'read' | 'begin'>;
  readonly clock: Clock;
}

export interface Circumstances {
  /** Whether this is known to be the first time that the bus gives the message out. */
  readonly isNew: boolean;
  /** Settles when all has ended that was under way of the call with this subscriber, in this process, when it came. */
  readonly before: Promise<void> | undefined;
}

/**
 * Finds out whether a message's turn has come: from the tables, but for a call's first event, which nothing can hold up.
 * Errors: `storageUnavailable`.
 */
export type LookAtOrder = (message: DeliveryMessage, circumstances: Circumstances) => Promise<Exclude<OrderDecision, { rule: 'announce' }>>;

/** What comes just after another event of its call waits half a second for that in the process: a detour over the bus takes longer. */
export function createLookAtOrder({ journal, clock }: LookAtOrderPorts): LookAtOrder {
  const look = async (message: DeliveryMessage) => decideOrder(message, await journal.read(message.event.subject, message.subscriptionId), clock.now());

  const announced = async (message: DeliveryMessage): ReturnType<LookAtOrder> => {
    const decision = await look(message);
    if (decision.rule !== 'announce') return decision;
    await journal.begin(message.event, message.subscriptionId);
    const again = await look(message);
    // Order that does not show what was just written is being erased: nothing is left to wait for.
    return again.rule === 'announce' ? { rule: 'go' } : again;
  };

  return async (message, { isNew, before }) => {
    if (isNew && isCertainlyFirst(message)) return { rule: 'go' };
    const decision = await announced(message);
    if (decision.rule !== 'wait' || before === undefined) return decision;
    const waited = new AbortController();
    await Promise.race([before, clock.sleep(LONGEST_WAIT_MS, waited.signal)]);
    waited.abort('waited');
    return announced(message);
  };
}

/**
 * Whether nothing that is noted of the call can hold this up, so that a ring need not wait for a look: it begins the call,
 * and whatever was noted later waits for it, as long as the ring has not expired (orderRule).
 */
function isCertainlyFirst({ beginsCall, event, round, attempt, deferrals }: DeliveryMessage): boolean {
  return beginsCall === true && event.expiryTimeMs !== undefined && round === 0 && attempt === 1 && deferrals === 0;
}
