import type { Clock } from '../../clock';
import { toRelayError } from '../../errors/relayError';
import type { CallRecords, ListedEvent } from '../../invitations/record/callRecords';
import { recordRingToDelivery } from '../../telemetry/metrics';
import type { RenderedDelivery, Render } from '../formats/renderDelivery';
import type { Subscription } from '../subscriptions/subscription';
import { classifyResponse, type ResponseClass } from './classifyResponse';
import type { DeliveryPolicies, Permit } from './deliveryPolicy';
import { toEnd, type Delivery, type DeliveryEnd, type EndStep, type MadeAttempt } from './deliveryEnd';
import { createInOrder, createLimit, type Limit } from './concurrency';
import { isOver, isRing, judgeLateSnapshot, LATE_AFTER_MS } from './lateSnapshot';
import {
  stepAfterAttempt,
  stepAfterRefusal,
  stepAfterWait,
  stepWithoutState,
  type StepInput,
} from './retries/nextStep';
import type { PostSigned } from './postSigned';
import { settlesBy, STORAGE_WAIT_MS, withDeadline } from '../../withDeadline';

export interface DeliverPorts {
  readonly records: Pick<CallRecords, 'readEvents'>;
  readonly policies: DeliveryPolicies;
  readonly post: PostSigned;
  readonly render: Render;
  readonly clock: Clock;
  /** From 0 to 1; Math.random outside tests. */
  readonly random: () => number;
}

/** One event for one subscriber: an attempt that is due. */
export interface DueDelivery extends Delivery {
  readonly subscription: Subscription;
  /** That it may have been tried before: then a snapshot is sent only while nothing has replaced it. */
  readonly isRepeated: boolean;
  readonly timeoutMs: number;
  /** An attempt that has not begun by then does not begin: milliseconds since the epoch. */
  readonly waitUntilMs: number;
  /** The attempt does not begin before this has settled; it never rejects. */
  readonly mayBegin?: Promise<unknown> | undefined;
}

/** At most one attempt. Never rejects. */
export type Deliver = (due: DueDelivery) => Promise<DeliveryEnd>;

/**
 * Attempts of one call to one subscriber run one after another, those that have not begun in order of `sequence`; a late snapshot
 * reads its call's partition at most a second before it is sent. For one process.
 */
export function createDeliver(ports: DeliverPorts): Deliver {
  const { clock } = ports;
  const inOrder = createInOrder();
  const parts = { ...ports, limit: createLimit(clock) };
  return (due) =>
    inOrder.run(`${due.subscription.id} ${due.event.subject}`, due.event.sequence, async (ready) => {
      const { step, made } = await deliverInOrder(due, ready, parts);
      return toEnd(due, step, clock.now(), made);
    });
}

type Parts = DeliverPorts & { readonly limit: Limit };

interface Ended {
  readonly step: EndStep;
  readonly made?: MadeAttempt;
}

async function deliverInOrder(due: DueDelivery, ready: () => Promise<void>, ports: Parts): Promise<Ended> {
  const { policies, clock } = ports;
  const { event, subscription, waitUntilMs, mayBegin } = due;
  const policy = policies(subscription);
  const refusal = policy.refusal();
  if (refusal !== undefined) return { step: stepAfterRefusal(refusal, stepInput(due, ports)) };
  // An earlier event that comes before this one may begin still goes first.
  if (!(await settlesBy(clock, Promise.resolve(mayBegin).then(ready), waitUntilMs)))
    return { step: stepAfterWait('an earlier event of the call is under way', stepInput(due, ports)) };
  // It is judged before it is admitted: while storage does not respond, it would keep others from a subscriber that is well.
  for (;;) {
    const judged = await judge(due, ports);
    if (judged.step !== 'send') return { step: judged };
    const permit = await policy.acquire(judged.untilMs);
    if (permit.admitted && clock.now() <= judged.untilMs && !isOver(event, clock.now()))
      return makeAttempt(due, judged.rendered, permit, ports);
    if (permit.admitted) permit.release(undefined);
    else if (permit.why !== 'busy' || clock.now() >= waitUntilMs)
      return { step: stepAfterRefusal(permit, stepInput(due, ports)) };
  }
}

function stepInput(
  { attempt, moves, event }: DueDelivery,
  { clock, random }: Pick<DeliverPorts, 'clock' | 'random'>,
): StepInput {
  return { attempt, moves, nowMs: clock.now(), expiryTimeMs: event.expiryTimeMs, random: random() };
}

/** What is sent when it is admitted by `untilMs` (milliseconds since the epoch); later than that it is to be judged anew. */
interface Sendable {
  readonly step: 'send';
  readonly rendered: RenderedDelivery;
  readonly untilMs: number;
}

/** What is sent now, or the step in its place; what is read for that is at most a second old when the attempt begins. */
async function judge(due: DueDelivery, ports: Parts): Promise<EndStep | Sendable> {
  const { policies, records, limit, render, clock } = ports;
  const { event, subscription, waitUntilMs } = due;
  const rendered = render(event, subscription);
  if (rendered === undefined)
    return { step: 'expired', reason: 'the subscription’s format shows nothing of this event any more', isLost: false };
  const isExact = due.redelivery?.exact === true;
  // A process that stood still after the read reads again, and leaves it to a message when its time to begin is over.
  for (;;) {
    if (isOver(event, clock.now())) return { step: 'expired', reason: 'the ring is over', isLost: false };
    if (clock.now() > waitUntilMs) return stepAfterWait('the process stood still', stepInput(due, ports));
    if (!isRing(event)) return { step: 'send', rendered, untilMs: waitUntilMs };
    const promptUntilMs = event.timeMs + LATE_AFTER_MS;
    if (!due.isRepeated && clock.now() <= promptUntilMs)
      // One more: when that is over, it is late.
      return { step: 'send', rendered, untilMs: Math.min(waitUntilMs, promptUntilMs + 1) };
    const refusal = policies(subscription).refusal();
    if (refusal !== undefined) return stepAfterRefusal(refusal, stepInput(due, ports));
    let readAtMs = clock.now();
    const read = (): Promise<readonly ListedEvent[] | undefined> => {
      readAtMs = clock.now();
      const waitMs = Math.min(STORAGE_WAIT_MS, waitUntilMs - readAtMs);
      return withDeadline(clock, records.readEvents(event.subject), waitMs).catch(() => undefined);
    };
    const events = await limit(read, waitUntilMs);
    if (events === undefined) return stepWithoutState(stepInput(due, ports));
    const untilMs = Math.min(waitUntilMs, readAtMs + STORAGE_WAIT_MS);
    if (clock.now() > untilMs || isOver(event, clock.now())) continue;
    return judgeLateSnapshot(event, events, subscription, render, isExact) ?? { step: 'send', rendered, untilMs };
  }
}

async function makeAttempt(
  due: DueDelivery,
  rendered: RenderedDelivery,
  permit: Permit,
  { post, clock, random }: DeliverPorts,
): Promise<Ended> {
  const { event, subscription, timeoutMs, redelivery } = due;
  let response: ResponseClass | undefined;
  try {
    const result = await post(subscription, event.id, rendered, timeoutMs);
    response = classifyResponse(result, clock.now());
    if (response.class === 'delivered' && redelivery === undefined)
      recordRingToDelivery(clock.now() - event.timeMs, event.type);
    const step = stepAfterAttempt(response, stepInput(due, { clock, random }));
    const { durationMs } = result;
    const made = { durationMs, ...(result.kind === 'response' && { status: result.status, body: result.body }) };
    return response.class === 'notStarted' ? { step } : { step, made };
  } catch (error) {
    // Nothing was sent: the secret cannot be decrypted with the keys that this process has.
    return { step: { step: 'dead', reason: toRelayError(error).message } };
  } finally {
    permit.release(response);
  }
}
