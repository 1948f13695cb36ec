import { createHash } from 'node:crypto';
import { z } from 'zod';
import { RelayError } from '../errors/relayError';

const eventSchema = z.object({
  id: z.string(),
  type: z.string(),
  subject: z.string(),
  timeMs: z.number(),
  sequence: z.string().optional(),
  expiryTimeMs: z.number().optional(),
});
/** What a delivery knows of its event. */
export type DeliveredEvent = z.infer<typeof eventSchema>;

const renderedEventSchema = z.object({
  event: eventSchema,
  contentType: z.string(),
  body: z.string(),
  /** How often this has been put off: the subscriber took nothing, or an earlier event of the call comes first. */
  deferrals: z.number().int(),
  /** That the bus gave this out before, to a host that may have done what it is for. */
  isRepeated: z.boolean().optional(),
  /** W3C Trace Context of what put it into the queue. */
  traceParent: z.string().optional(),
});

/**
 * One delivery on its way: a message of the queue `webhook-deliveries`. It carries the body as rendered, so that every
 * attempt sends the same bytes and a ring needs no table to be rendered from. A field unknown here is let be: while an
 * upgrade rolls, the version before reads what the newer one wrote.
 */
export const deliveryMessageSchema = renderedEventSchema.extend({
  subscriptionId: z.string(),
  /** 0 for the first sending; the moment (ms) at which someone asked for it again. */
  round: z.number().int(),
  /** The attempt that this message is to make, from 1. */
  attempt: z.number().int().positive(),
  /** That the event begins the call (DeliveryOrder.open): nothing comes before it. */
  beginsCall: z.boolean().optional(),
});
export type DeliveryMessage = z.infer<typeof deliveryMessageSchema>;

/**
 * The first attempts of an event to all who took nothing when it came, as one message of the same queue: as long as they take
 * nothing, many cost the bus and the tables what one does.
 */
export const parkedMessageSchema = renderedEventSchema.extend({
  waiting: z
    .array(
      z.object({
        subscriptionId: z.string(),
        /** When it is worth another look; absent where its ring is over before it takes anything. */
        atMs: z.number().optional(),
        /** How often it has been put off itself: it is also looked at when another's time has come. */
        deferrals: z.number().int(),
      }),
    )
    .min(1),
});
export type ParkedMessage = z.infer<typeof parkedMessageSchema>;
export type Waiting = ParkedMessage['waiting'][number];

/** What the queue `webhook-deliveries` holds. */
export type QueuedMessage = DeliveryMessage | ParkedMessage;

export function isParked(message: QueuedMessage): message is ParkedMessage {
  return 'waiting' in message;
}

/** Reads a message's body: the parsed object, its text, or its bytes. Error: `requestInvalid`. */
export function parseQueuedMessage(body: unknown): QueuedMessage {
  const value = typeof body === 'string' || body instanceof Uint8Array ? parseJson(body) : body;
  const schema =
    typeof value === 'object' && value !== null && 'waiting' in value ? parkedMessageSchema : deliveryMessageSchema;
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new RelayError('requestInvalid', 'The message is not one of the relay’s deliveries.', {
      cause: parsed.error,
    });
  return parsed.data;
}

/** The same attempt has the same id, so that the queue's duplicate detection drops what a crash made twice. */
export function queuedMessageId(message: QueuedMessage): string {
  const { event, deferrals } = message;
  const identity = isParked(message)
    ? [event.id, message.waiting.map(({ subscriptionId }) => subscriptionId), deferrals]
    : [event.id, message.subscriptionId, message.round, message.attempt, deferrals];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 40);
}

/** Names a delivery for its subscriber and operator; sorts by the event's time. */
export function deliveryIdOf(event: Pick<DeliveredEvent, 'id' | 'timeMs'>): string {
  return `${event.timeMs}.${event.id}`;
}

/** The event's time and id; undefined for what is no delivery id. */
export function parseDeliveryId(deliveryId: string): { readonly timeMs: number; readonly id: string } | undefined {
  const [, timeMs, id] = /^(\d{13})\.([\w~-]{1,128})$/.exec(deliveryId) ?? [];
  return timeMs === undefined || id === undefined ? undefined : { timeMs: Number(timeMs), id };
}

function parseJson(body: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
