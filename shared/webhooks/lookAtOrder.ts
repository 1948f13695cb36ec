import type { Clock } from '../clock';
import type { DeliveryMessage } from './deliveryMessage';
import { decideOrder, type OrderDecision } from './orderRule';
import type { CallOrder, DeliveryJournal } from './ports';

/** For an earlier event of the call that is on its way in this process. */
const LONGEST_WAIT_MS = 500;

/** A burst of deliveries takes a tenth of a second or two. */
const SHARED_MS = 250;

interface Look {
  readonly atMs: number;
  readonly order: Promise<CallOrder>;
}

export interface LookAtOrderPorts {
  readonly journal: Pick<DeliveryJournal, 'read' | 'begin' | 'hasten'>;
  readonly clock: Clock;
}

export interface Circumstances {
  /** Whether this is known to be the first time that the bus gives the message out. */
  readonly isNew: boolean;
  /** Settles when all has ended that was under way of the call with this subscriber, in this process, when it came. */
  readonly before: Promise<void> | undefined;
  /** Whether more of that has come since. */
  readonly isFollowed: () => boolean;
}

/**
 * Finds out whether a message's turn has come: from the tables, but for a call's first event, which nothing can hold up.
 * Errors: `storageUnavailable`.
 */
export type LookAtOrder = (
  message: DeliveryMessage,
  circumstances: Pick<Circumstances, 'isNew' | 'before'>,
) => Promise<Exclude<OrderDecision, { rule: 'announce' }>>;

/**
 * What comes just after another event of its call waits half a second for that in the process: a detour over the bus takes
 * longer. And the first attempts of one event share a look, of which the event's own row shows that it began after the event
 * was noted: whom it lets go may go, for whatever is noted later looks later and finds the event. Whom it does not, looks for itself.
 */
export function createLookAtOrder({ journal, clock }: LookAtOrderPorts): LookAtOrder {
  const latest = new Map<string, Look>();

  const look = async (message: DeliveryMessage) => {
    const { id, subject } = message.event;
    const mine: Look = { atMs: clock.now(), order: journal.read(subject) };
    for (const [known, { atMs }] of latest) if (clock.now() - atMs > SHARED_MS) latest.delete(known);
    latest.set(id, mine);
    try {
      return decideOrder(message, (await mine.order)(message.subscriptionId), clock.now());
    } catch (error) {
      if (latest.get(id) === mine) latest.delete(id);
      throw error;
    }
  };

  const sharedBy = (message: DeliveryMessage): Look | undefined => {
    const known = isFirstTry(message) ? latest.get(message.event.id) : undefined;
    return known !== undefined && clock.now() - known.atMs <= SHARED_MS ? known : undefined;
  };

  const isLetGo = async ({ order }: Look, message: DeliveryMessage): Promise<boolean> => {
    const rows = (await order)(message.subscriptionId);
    return (
      rows.some(({ eventId }) => eventId === message.event.id) && decideOrder(message, rows, clock.now()).rule === 'go'
    );
  };

  const announced = async (message: DeliveryMessage, isNew: boolean): ReturnType<LookAtOrder> => {
    const shared = isNew ? sharedBy(message) : undefined;
    if (shared !== undefined && (await isLetGo(shared, message))) return { rule: 'go' };
    const decision = await look(message);
    if (decision.rule !== 'announce') return decision;
    await journal.begin(message.event, message.subscriptionId);
    const again = await look(message);
    // Order that does not show what was just written is being erased: nothing is left to wait for.
    return again.rule === 'announce' ? { rule: 'go' } : again;
  };

  return async (message, { isNew, before }) => {
    if (isNew && isCertainlyFirst(message)) return { rule: 'go' };
    const decision = await announced(message, isNew);
    if (decision.rule !== 'wait' || before === undefined) return decision;
    journal.hasten();
    const waited = new AbortController();
    await Promise.race([before, clock.sleep(LONGEST_WAIT_MS, waited.signal)]);
    waited.abort('waited');
    return announced(message, isNew);
  };
}

function isFirstTry({ round, attempt, deferrals }: DeliveryMessage): boolean {
  return round === 0 && attempt === 1 && deferrals === 0;
}

/**
 * Whether nothing that is noted of the call can hold this up, so that a ring need not wait for a look: it begins the call,
 * and whatever was noted later waits for it, as long as the ring has not expired (orderRule).
 */
function isCertainlyFirst(message: DeliveryMessage): boolean {
  return message.beginsCall === true && message.event.expiryTimeMs !== undefined && isFirstTry(message);
}
