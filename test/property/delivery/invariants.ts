import type { RelayEvent } from '../../../shared/invitations/events/relayEvent';
import type { DueDelivery } from '../../../shared/webhooks/delivery/deliver';
import { isCallEnd, isRing, LATE_AFTER_MS } from '../../../shared/webhooks/delivery/lateSnapshot';
import { parseRetryMessage } from '../../../shared/webhooks/delivery/retries/retryMessage';
import type { History, Invocation } from './deliveryWorld';
import { finalOutcomes, isForAlways, isForSometime, newerEvents, subscriptionIds, type Outcome } from './historyFacts';
import { BATCH_MS } from './simulatedBus';
import type { SimulatedProcess } from './simulatedProcess';
import type { SeenAttempt } from './simulatedSubscribers';

/** What must be true of every history; each finds what contradicts it. */
export const invariants = {
  'no attempt begins with a snapshot that was replaced too long before': replacedSnapshots,
  'inside a process the attempts of a call to a subscriber are in order': disorder,
  'a prompt event is sent to a healthy subscriber': skippedPromptEvents,
  'every event has an outcome with every subscriber': missingOutcomes,
  'nothing is superseded or expired without a newer event': unjustifiedEnds,
  'every result is on record': lostResults,
  'a delivery takes no more steps than its schedule has': tooManySteps,
  'deliverEvent ends within 12 s': longInvocations,
} as const satisfies Record<string, (history: History) => readonly string[]>;

export type InvariantName = keyof typeof invariants;

/** What contradicts the invariants, by their names. */
export function violationsOf(history: History): Partial<Record<InvariantName, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(invariants)
      .map(([name, find]) => [name, find(history)] as const)
      .filter(([, found]) => found.length > 0),
  );
}

/** The guarantee; a late attempt has read its call at most a second before. */
const REPLACED_MS = 5_000;
const READ_AGE_MS = 1_000;
/** A list of subscriptions is as old as storage has not responded, and what was found in it waits at most 5 s more. */
const SUBSCRIPTION_AGE_MS = 75_000;
/** After so long a healthy subscriber is not refused any more for what it did before. */
const FORGIVEN_MS = 50_000;
const PROMPT_MS = 1_000;
const MAX_STEPS = 15;
const MAX_INVOCATION_MS = 12_000;

const seconds = (history: History, atMs: number): string => `${((atMs - history.startMs) / 1000).toFixed(3)} s`;
const isLate = ({ due, event, atMs }: SeenAttempt): boolean => due.isRepeated || atMs - event.timeMs > LATE_AFTER_MS;

function replacedSnapshots(history: History): readonly string[] {
  return history.subscribers.attempts.flatMap((attempt) => {
    const { event, subscriptionId, atMs } = attempt;
    if (!isRing(event)) return [];
    const boundMs = atMs - (isLate(attempt) ? READ_AGE_MS : REPLACED_MS);
    const replacing = newerEvents(history, event).find(
      (other) =>
        (history.storage.insertedAtMs.get(other.id) ?? Infinity) < boundMs &&
        (isCallEnd(other) || isForAlways(history, other, subscriptionId, atMs - SUBSCRIPTION_AGE_MS, atMs, false)),
    );
    return replacing === undefined
      ? []
      : [`${event.id} to ${subscriptionId} at ${seconds(history, atMs)}, replaced by ${replacing.id}`];
  });
}

function disorder(history: History): readonly string[] {
  const found: string[] = [];
  const lastByKey = new Map<string, SeenAttempt>();
  const places = new Map(history.handedIn.map((due, index) => [due, index]));
  const processes = new Map<SimulatedProcess, number>();
  const position = ({ due }: SeenAttempt): number => places.get(due) ?? -1;
  for (const attempt of history.subscribers.attempts) {
    const { process, event, subscriptionId, atMs } = attempt;
    if (!processes.has(process)) processes.set(process, processes.size);
    const key = `${String(processes.get(process))} ${subscriptionId} ${event.subject}`;
    const before = lastByKey.get(key);
    lastByKey.set(key, attempt);
    if (before === undefined) continue;
    const what = `${event.id} after ${before.event.id} to ${subscriptionId} at ${seconds(history, atMs)}`;
    if (before.endedAtMs === undefined || before.endedAtMs > atMs) found.push(`${what}, at the same time`);
    if (position(before) > position(attempt) && !mayOvertake(before.event, attempt.event)) found.push(what);
    if (isEarlier(attempt.event, before.event) && cameTogether(history, before, attempt))
      found.push(`${what}, which came together`);
  }
  return found;
}

/** Only events of the channel have a sequence. */
function isEarlier(one: RelayEvent, other: RelayEvent): boolean {
  return one.sequence !== undefined && other.sequence !== undefined && one.sequence < other.sequence;
}

/** What goes before a later event goes before those without a sequence, too, that stand behind it. */
function mayOvertake(one: RelayEvent, other: RelayEvent): boolean {
  return isEarlier(one, other) || (one.sequence !== undefined && other.sequence === undefined);
}

/** Whether both are first attempts for events that the process got in one batch. */
function cameTogether({ invocations }: History, ...attempts: readonly SeenAttempt[]): boolean {
  const [one, other] = attempts.map(({ due, process }) =>
    invocations.find(
      (each) =>
        each.process === process &&
        each.role === 'deliverEvent' &&
        each.event.id === due.event.id &&
        due.attempt + due.moves === 1 &&
        due.redelivery === undefined &&
        !due.isRepeated,
    ),
  );
  return one !== undefined && other !== undefined && Math.abs(one.atMs - other.atMs) <= BATCH_MS;
}

function skippedPromptEvents(history: History): readonly string[] {
  const { published, invocations, subscribers, storage } = history;
  return invocations
    .filter(({ role, deliveryCount, isWarm, event, atMs, process }) => {
      const isPlanned = published.some((one) => one.event.id === event.id);
      const wasDisturbed = !process.isAlive() || process.freezes.some((ms) => ms > atMs - 61_000 && ms < atMs + 6_000);
      return (
        isPlanned &&
        role === 'deliverEvent' &&
        deliveryCount === 1 &&
        isWarm &&
        !wasDisturbed &&
        atMs - event.timeMs <= PROMPT_MS
      );
    })
    .flatMap(({ event, atMs, process }) =>
      subscriptionIds(history)
        .filter((id) => {
          const first = storage.versions.get(id)?.[0]?.subscription;
          return (
            isForAlways(history, event, id, atMs - SUBSCRIPTION_AGE_MS, atMs + REPLACED_MS, true) &&
            first?.timeoutSeconds === undefined &&
            first?.maxPerMinute === undefined &&
            isHealthy(history, id, atMs - FORGIVEN_MS, atMs + REPLACED_MS) &&
            !subscribers.attempts.some(
              (attempt) =>
                attempt.process === process &&
                attempt.subscriptionId === id &&
                attempt.event.id === event.id &&
                attempt.atMs - atMs <= REPLACED_MS,
            )
          );
        })
        .map((id) => `${event.id} to ${id} at ${seconds(history, atMs)}`),
    );
}

function isHealthy({ subscribers }: History, id: string, fromMs: number, untilMs: number): boolean {
  for (let atMs = fromMs; atMs <= untilMs; atMs += 250) if (subscribers.stateAt(id, atMs) !== 'healthy') return false;
  return true;
}

function missingOutcomes(history: History): readonly string[] {
  const { published, invocations, topic, retries, isQuiet, storage } = history;
  const deadLetters = [
    ...topic.deadLetters.map(({ id }) => id),
    ...retries.deadLetters.map((body) => parseRetryMessage(body).event.id),
  ];
  const found = deadLetters.map((id) => `${id} was given out too often`);
  if (!isQuiet) found.push(`${String(topic.pending().length + retries.pending().length)} messages never end`);
  for (const { event, atMs } of published) {
    const lastMs = Math.max(
      atMs,
      ...invocations.filter((one) => one.event.id === event.id && one.role === 'deliverEvent').map((one) => one.atMs),
    );
    for (const id of subscriptionIds(history)) {
      if (storage.versions.get(id)?.at(-1)?.subscription === undefined) continue;
      if (!isForAlways(history, event, id, atMs - SUBSCRIPTION_AGE_MS, lastMs + SUBSCRIPTION_AGE_MS, true)) continue;
      const outcomes = finalOutcomes(history, event, id);
      if (outcomes.length === 0) found.push(`${event.id} to ${id} has none`);
      const isTaken = history.subscribers.attempts.some(
        (one) => one.isTaken && one.event.id === event.id && one.subscriptionId === id,
      );
      if (outcomes.some(({ outcome }) => outcome === 'delivered') && !isTaken)
        found.push(`${event.id} to ${id} was not delivered`);
    }
  }
  return found;
}

function unjustifiedEnds(history: History): readonly string[] {
  return history.published.flatMap(({ event }) =>
    subscriptionIds(history).flatMap((id) =>
      finalOutcomes(history, event, id)
        .filter((outcome) => !isJustified(history, event, id, outcome))
        .map(({ outcome, reason = '' }) => `${event.id} to ${id} is ${outcome}: ${reason}`),
    ),
  );
}

function isJustified(
  history: History,
  event: RelayEvent,
  id: string,
  { outcome, reason, atMs = Infinity }: Outcome,
): boolean {
  const isOnRecord = (other: RelayEvent): boolean => (history.storage.insertedAtMs.get(other.id) ?? Infinity) <= atMs;
  const newer = newerEvents(history, event).filter(isOnRecord);
  if (outcome === 'superseded')
    return (
      isRing(event) &&
      newer.some(
        (other) =>
          isRing(other) && isForSometime(history, other, id, atMs === Infinity ? 0 : atMs - SUBSCRIPTION_AGE_MS, atMs),
      )
    );
  if (outcome !== 'expired') return true;
  if (reason === 'the call is over') return isRing(event) && newer.some(isCallEnd);
  const hasChanged = (history.storage.versions.get(id)?.length ?? 0) > 1;
  return event.expiryTimeMs !== undefined || hasChanged;
}

function lostResults(history: History): readonly string[] {
  const { records } = history.storage;
  const results = new Map(records.events().map((one) => [one.event.id, one.results ?? []]));
  const hasResult = ({ event, subscription }: DueDelivery): boolean =>
    results.get(event.id)?.some(({ subscriptionId }) => subscriptionId === subscription.id) === true;
  const hasAttempt = ({ event, subscription: { id }, attempt, moves }: DueDelivery): boolean =>
    records
      .attempts()
      .some(
        (one) =>
          one.eventId === event.id && one.subscriptionId === id && one.attempt === attempt && one.moves === moves,
      );
  const resolved = history.invocations.filter(({ resolvedAtMs }) => resolvedAtMs !== undefined);
  const isFirst = ({ role, dues }: Invocation): boolean => role === 'deliverEvent' && dues.length > 0;
  return resolved.flatMap(({ role, event, dues }) => {
    if (role === 'retryDelivery')
      return dues.filter((due) => !hasAttempt(due) && !hasResult(due)).map((due) => describeDue(due));
    if (!results.has(event.id)) return [`${event.id} is not on record`];
    // Of two processes that handle one event, one after a freeze, the last has the row.
    const firsts = resolved.filter((one) => isFirst(one) && one.event.id === event.id);
    return firsts.length === 0 || firsts.some((one) => one.dues.every(hasResult)) ? [] : dues.map(describeDue);
  });
}

function describeDue({ event, subscription, attempt }: DueDelivery): string {
  return `attempt ${String(attempt)} of ${event.id} to ${subscription.id} is not on record`;
}

function tooManySteps({ sent }: History): readonly string[] {
  return sent.flatMap(({ message }) => {
    if (message.kind !== 'attempt' || message.attempt + message.moves <= MAX_STEPS) return [];
    const { event, subscriptionId, attempt, moves } = message;
    return [`${event.id} to ${subscriptionId}: attempt ${String(attempt)} after ${String(moves)} moves`];
  });
}

function longInvocations(history: History): readonly string[] {
  return history.invocations
    .filter(
      ({ role, atMs, resolvedAtMs = 0, process }) =>
        role === 'deliverEvent' &&
        resolvedAtMs - atMs > MAX_INVOCATION_MS &&
        !process.freezes.some((ms) => ms > atMs - 61_000 && ms < resolvedAtMs),
    )
    .map(({ event, atMs, resolvedAtMs = 0 }) => `${event.id}: ${String(Math.round(resolvedAtMs - atMs))} ms`);
}
