import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DeliveredEvent } from '../webhooks/deliveryMessage';
import type { OrderRow } from '../webhooks/orderRule';
import type { CallOrder } from '../webhooks/ports';
import type { StepsText } from './callRows';
import { toTableKey } from './deliveryKeys';
import { grouped } from './grouped';

/** An event and whom it is to reach, by the fan-out. */
const openedSchema = z.object({
  eventId: z.string(),
  type: z.string(),
  sequence: z.string().optional(),
  timeMs: z.number(),
  expiryTimeMs: z.number().optional(),
  subscriptionIds: z.string(),
});
const progressSchema = z.object({
  subscriptionId: z.string(),
  eventId: z.string(),
  round: z.number().optional(),
  state: z.enum(['pending', 'settled']).optional(),
  attempt: z.number().optional(),
  nextAtMs: z.number().optional(),
  begun: z.boolean().optional(),
});
const progressesSchema = z.array(progressSchema);

/** A step of one event with one subscriber: that it may be on its way (`begun`), or how far it has come in a round. */
export interface Progress extends z.infer<typeof progressSchema> {
  readonly atMs: number;
}

/** Azure Tables: a text has at most 32 Ki characters; an id has 26. */
const MAX_IDS = 1000;

/**
 * Rows of an invitation: one that it began or ended (`b`), and those of each process (`p|…`) with texts: an event each
 * (`event_…`), and steps (`steps_…`).
 */
const EVENT = 'event_';
const STEPS = 'steps_';

/** By name: named for what they hold, so that a fan-out that runs again writes what it wrote, or adds to it. At most a thousand receivers each. */
export function toOpenedTexts(
  { id, type, timeMs, sequence, expiryTimeMs }: DeliveredEvent,
  subscriptionIds: readonly string[],
): Readonly<Record<string, string>>[] {
  const texts = [];
  for (let at = 0; at < subscriptionIds.length; at += MAX_IDS) {
    const ids = subscriptionIds.slice(at, at + MAX_IDS).join(' ');
    const opened: z.infer<typeof openedSchema> = {
      eventId: id,
      type,
      timeMs,
      sequence,
      expiryTimeMs,
      subscriptionIds: ids,
    };
    const text = JSON.stringify(opened);
    texts.push({ [`${EVENT}${createHash('sha256').update(text).digest('hex')}`]: text });
  }
  return texts;
}

/** Of a call, whichever of its beginning and its end is noted first. */
export function toBeginningRow({ subject, timeMs }: DeliveredEvent) {
  return { partitionKey: toTableKey(subject), rowKey: 'b', atMs: double(timeMs) };
}

/** A row of one process. @param texts of toOpenedTexts, to be merged with those that are there. */
export function toOpenedRow(
  partitionKey: string,
  name: string,
  { timeMs }: DeliveredEvent,
  texts: Readonly<Record<string, string>>,
) {
  return { partitionKey, rowKey: `p|${name}`, atMs: double(timeMs), ...texts };
}

/** As toOpenedRow. */
export function toStepsRow(partitionKey: string, { name, number, steps }: StepsText) {
  return {
    partitionKey,
    rowKey: `p|${name}`,
    atMs: double(Math.max(...steps.map(({ atMs }) => atMs))),
    [`${STEPS}${number}`]: JSON.stringify(steps.map(({ atMs: _atMs, ...step }) => step)),
  };
}

/** How the events of one invitation stand, from all its rows in any order. Pure. */
export function foldOrder(rows: readonly Readonly<Record<string, unknown>>[]): CallOrder {
  const events = new Map<string, { readonly fresh: OrderRow; readonly receivers: Set<string> }>();
  for (const text of textsOf(rows, EVENT)) {
    const { subscriptionIds, ...event } = openedSchema.parse(text);
    const known = events.get(event.eventId) ?? {
      fresh: { ...event, round: 0, state: 'pending', attempt: 0 },
      receivers: new Set(),
    };
    for (const id of subscriptionIds.split(' ')) known.receivers.add(id);
    events.set(event.eventId, known);
  }
  const stepsOf = grouped(
    textsOf(rows, STEPS).flatMap((text) => progressesSchema.parse(text)),
    ({ subscriptionId }) => subscriptionId,
  );
  return (subscriptionId) => {
    const steps = grouped(stepsOf.get(subscriptionId) ?? [], ({ eventId }) => eventId);
    return [...events.values()]
      .filter(({ receivers }) => receivers.has(subscriptionId))
      .map(({ fresh }) => (steps.get(fresh.eventId) ?? []).reduce(advance, fresh));
  };
}

function textsOf(rows: readonly Readonly<Record<string, unknown>>[], prefix: string): unknown[] {
  return rows.flatMap((row) =>
    Object.entries(row).flatMap(([name, text]) =>
      name.startsWith(prefix) && typeof text === 'string' ? [JSON.parse(text) as unknown] : [],
    ),
  );
}

/** Steps may come in any order: the later round counts, in it the later attempt, and of one attempt its end. */
function advance(row: OrderRow, { round, state, attempt, nextAtMs, begun }: z.infer<typeof progressSchema>): OrderRow {
  const known = begun === true ? { ...row, begun } : row;
  if (round === undefined || state === undefined || attempt === undefined) return known;
  const isLater =
    round !== row.round ? round > row.round : attempt !== row.attempt ? attempt > row.attempt : state === 'settled';
  if (!isLater) return known;
  const { nextAtMs: _nextAtMs, ...rest } = known;
  return { ...rest, round, state, attempt, ...(nextAtMs !== undefined && { nextAtMs }) };
}

/** Plain numbers that are whole would be sent as Int32, which milliseconds do not fit. */
function double(value: number) {
  return { type: 'Double', value: String(value) };
}
