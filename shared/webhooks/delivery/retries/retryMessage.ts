import { z } from 'zod';
import { RelayError } from '../../../errors/relayError';
import { stableId } from '../../../invitations/events/eventIdentity';
import { deliveryResultSchema, laterAttemptSchema } from '../../../invitations/record/deliveryResult';
import type { RelayEvent } from '../../../invitations/events/relayEvent';
import { parseCloudEvent, toCloudEvent } from '../../../invitations/events/cloudEvent';

const event = z.unknown().transform((value) => parseCloudEvent(value));

const attemptMessage = z.object({
  kind: z.literal('attempt'),
  event,
  subscriptionId: z.string(),
  /** Somebody asked for it again. `exact`: for this very event, which no newer snapshot replaces. */
  redelivery: z.object({ id: z.string(), exact: z.boolean() }).exactOptional(),
  /** The attempt that this message is to make, from 1. */
  attempt: z.number().int().positive(),
  /** How often the delivery was moved to a later time without an attempt. */
  moves: z.number().int().nonnegative(),
  /** When it is tried next by what is on record (milliseconds since the epoch); at most RECORD_LAG_MS before it is. */
  dueOnRecordMs: z.number().exactOptional(),
  /** That the time of this message was taken from the subscription's rate; such a wait uses up no step of the schedule. */
  isPaced: z.boolean().exactOptional(),
});

const recordMessage = z.object({
  kind: z.literal('record'),
  event,
  /** How often storage was tried before. */
  tries: z.number().int().positive(),
  enqueuedAtMs: z.number().exactOptional(),
  recordedAtMs: z.number(),
  startedAtMs: z.number().exactOptional(),
  results: z.array(deliveryResultSchema).readonly().exactOptional(),
  /** The later attempt to be recorded; the event itself where there is none. */
  attempt: laterAttemptSchema.exactOptional(),
});

const eventMessage = z.object({
  kind: z.literal('event'),
  event,
  enqueuedAtMs: z.number().exactOptional(),
  tries: z.number().int().positive(),
});

const retryMessageSchema = z.discriminatedUnion('kind', [attemptMessage, recordMessage, eventMessage]);

/** One attempt, or one move to a later time. */
export type AttemptMessage = z.infer<typeof attemptMessage>;
/** What storage did not take when it was to be recorded. */
export type RecordMessage = z.infer<typeof recordMessage>;
/** An event whose subscribers could not be read at all. */
export type EventMessage = z.infer<typeof eventMessage>;

/**
 * What the queue `webhook-retries` holds. It carries the public event and no URL or secret: the subscription is read when the
 * message is due, so that a change of it counts. A field that is not known here is ignored.
 */
export type RetryMessage = AttemptMessage | RecordMessage | EventMessage;

/** Reads a message's body: the parsed object, its text, or its bytes. Error: `requestInvalid`. */
export function parseRetryMessage(body: unknown): RetryMessage {
  const value = typeof body === 'string' || body instanceof Uint8Array ? parseJson(body) : body;
  const parsed = retryMessageSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RelayError('requestInvalid', 'The message is not one of webhook-retries.', { cause: parsed.error });
}

/** The message's body as JSON. */
export function toRetryBody(message: RetryMessage): Buffer {
  return Buffer.from(JSON.stringify({ ...message, event: toCloudEvent(message.event) }), 'utf8');
}

/**
 * The same step has the same id, so that the queue's duplicate detection drops what a crash made twice; a move, and a wait
 * for the subscription's rate, has another one, since a copy with the same id would be dropped.
 */
export function retryMessageId(message: RetryMessage): string {
  const { kind, event: of } = message;
  switch (message.kind) {
    case 'attempt':
      return stableId(
        kind,
        of.id,
        message.subscriptionId,
        message.redelivery?.id ?? '',
        message.attempt,
        message.moves,
        ...(message.isPaced === true ? ['paced'] : []),
      );
    case 'record': {
      const { subscriptionId = '', redeliveryId = '', attempt = 0, moves = 0 } = message.attempt ?? {};
      return stableId(kind, of.id, subscriptionId, redeliveryId, attempt, moves, message.tries);
    }
    case 'event':
      return stableId(kind, of.id, message.tries);
  }
}

/** The first message of a delivery that `deliverEvent` did not make, or of a redelivery. */
export function firstAttemptMessage(
  of: RelayEvent,
  subscriptionId: string,
  changes: Partial<Pick<AttemptMessage, 'redelivery' | 'attempt' | 'moves' | 'isPaced'>> = {},
): AttemptMessage {
  return { kind: 'attempt', event: of, subscriptionId, attempt: 1, moves: 0, ...changes };
}

function parseJson(body: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
