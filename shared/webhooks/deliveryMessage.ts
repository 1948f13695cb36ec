import { createHash } from 'node:crypto';
import { z } from 'zod';
import { RelayError } from '../errors/relayError';

/**
 * One delivery on its way: a message of the queue `webhook-deliveries`. It carries the body as rendered, so that every
 * attempt sends the same bytes and a ring needs no table to be rendered from. A field unknown here is let be: while an
 * upgrade rolls, the version before reads what the newer one wrote.
 */
export const deliveryMessageSchema = z.object({
  subscriptionId: z.string(),
  event: z.object({
    id: z.string(),
    type: z.string(),
    subject: z.string(),
    timeMs: z.number(),
    sequence: z.string().optional(),
    expiryTimeMs: z.number().optional(),
  }),
  contentType: z.string(),
  body: z.string(),
  /** 0 for the first sending; the moment (ms) at which someone asked for it again. */
  round: z.number().int(),
  /** The attempt that this message is to make, from 1. */
  attempt: z.number().int().positive(),
  /** How often this attempt has come out of the queue and been put off: the subscriber was busy, or an earlier event of the call comes first. */
  deferrals: z.number().int(),
  /** That the event begins the call (DeliveryOrder.open): nothing comes before it. */
  beginsCall: z.boolean().optional(),
  /** That the bus gave this attempt out before, to a host that may have made it. */
  isRepeated: z.boolean().optional(),
  /** W3C Trace Context of what put it into the queue. */
  traceParent: z.string().optional(),
});
export type DeliveryMessage = z.infer<typeof deliveryMessageSchema>;
/** What a delivery knows of its event. */
export type DeliveredEvent = DeliveryMessage['event'];

/** Reads a message's body: the parsed object, its text, or its bytes. Error: `requestInvalid`. */
export function parseDeliveryMessage(body: unknown): DeliveryMessage {
  const parsed = deliveryMessageSchema.safeParse(typeof body === 'string' || body instanceof Uint8Array ? parseJson(body) : body);
  if (!parsed.success) throw new RelayError('requestInvalid', 'The message is not one of the relay’s deliveries.', { cause: parsed.error });
  return parsed.data;
}

/** The same attempt has the same id, so that the queue's duplicate detection drops what a crash made twice. */
export function deliveryMessageId({ event, subscriptionId, round, attempt, deferrals }: DeliveryMessage): string {
  return createHash('sha256').update(JSON.stringify([event.id, subscriptionId, round, attempt, deferrals])).digest('hex').slice(0, 40);
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
