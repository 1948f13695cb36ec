import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DeliveredEvent } from '../webhooks/deliveryMessage';
import type { OrderRow } from '../webhooks/orderRule';
import type { CallOrder } from '../webhooks/ports';
import { toTableKey } from './deliveryKeys';
import { grouped } from './grouped';

/** Rows of an invitation: which events are to be sent to whom (`e`, by the fan-out), how far they have come (`p`), and that it began or ended (`b`). */
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

/** Named for whom they hold: a fan-out that runs again finds its own rows, or adds to what it found the first time. */
export function toOpenedRows({ id, type, subject, timeMs, sequence, expiryTimeMs }: DeliveredEvent, subscriptionIds: readonly string[]) {
  const rows = [];
  for (let at = 0; at < subscriptionIds.length; at += MAX_IDS) {
    const ids = subscriptionIds.slice(at, at + MAX_IDS).join(' ');
    rows.push({
      partitionKey: toTableKey(subject),
      rowKey: `e|${toTableKey(id)}|${createHash('sha256').update(ids).digest('base64url')}`,
      eventId: id,
      type,
      timeMs: double(timeMs),
      atMs: double(timeMs),
      ...(sequence !== undefined && { sequence }),
      ...(expiryTimeMs !== undefined && { expiryTimeMs: double(expiryTimeMs) }),
      subscriptionIds: ids,
    });
  }
  return rows;
}

/** Of a call, whichever of its beginning and its end is noted first. */
export function toBeginningRow({ subject, timeMs }: DeliveredEvent) {
  return { partitionKey: toTableKey(subject), rowKey: 'b', atMs: double(timeMs) };
}

/** Steps of one invitation. @param name of the row, which is its writer's alone. */
export function toProgressRow(partitionKey: string, steps: readonly Progress[], name: string) {
  return {
    partitionKey,
    rowKey: `p|${name}`,
    atMs: double(Math.max(...steps.map(({ atMs }) => atMs))),
    steps: JSON.stringify(steps.map(({ atMs: _atMs, ...step }) => step)),
  };
}

/** How the events of one invitation stand, from all its rows in any order. Pure. */
export function foldOrder(rows: readonly Readonly<Record<string, unknown>>[]): CallOrder {
  const opened = rows.filter(({ subscriptionIds: ids }) => ids !== undefined).map((row) => openedSchema.parse(row));
  const receivers = opened.map((row) => new Set(row.subscriptionIds.split(' ')));
  const steps = grouped(
    rows.flatMap(({ steps: text }) => (typeof text === 'string' ? progressesSchema.parse(JSON.parse(text)) : [])),
    ({ subscriptionId, eventId }) => `${subscriptionId} ${eventId}`,
  );
  return (subscriptionId) => {
    const events = new Map<string, OrderRow>();
    for (const [index, { subscriptionIds: _ids, ...event }] of opened.entries()) {
      if (receivers[index]?.has(subscriptionId) !== true) continue;
      const fresh: OrderRow = { ...event, round: 0, state: 'pending', attempt: 0 };
      events.set(event.eventId, (steps.get(`${subscriptionId} ${event.eventId}`) ?? []).reduce(advance, fresh));
    }
    return [...events.values()];
  };
}

/** Steps may come in any order: the later round counts, in it the later attempt, and of one attempt its end. */
function advance(row: OrderRow, { round, state, attempt, nextAtMs, begun }: z.infer<typeof progressSchema>): OrderRow {
  const known = begun === true ? { ...row, begun } : row;
  if (round === undefined || state === undefined || attempt === undefined) return known;
  const isLater = round !== row.round ? round > row.round : attempt !== row.attempt ? attempt > row.attempt : state === 'settled';
  if (!isLater) return known;
  const { nextAtMs: _nextAtMs, ...rest } = known;
  return { ...rest, round, state, attempt, ...(nextAtMs !== undefined && { nextAtMs }) };
}

/** Plain numbers that are whole would be sent as Int32, which milliseconds do not fit. */
function double(value: number) {
  return { type: 'Double', value: String(value) };
}
