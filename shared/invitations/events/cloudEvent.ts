import { z } from 'zod';
import { explainIssue } from '../../errors/explainIssue';
import { RelayError } from '../../errors/relayError';
import { compact } from '../compact';
import type { RelayEvent } from './relayEvent';

/**
 * The envelope of every event: CloudEvents 1.0 in its JSON format (CloudEvents specification §3; JSON Event Format §3),
 * with the extensions `sequence`, `partitionkey`, `correlationid`, `expirytime` and `traceparent`. Attributes unknown
 * here are let through: a consumer older than the producer still reads the event.
 */
export const cloudEventSchema = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1).describe('The same occurrence read twice has the same id; also the bus’s messageId'),
  source: z.string().min(1).describe('The account: its SIP URI, percent-encoded where a URI needs it'),
  type: z.string().min(1),
  subject: z.string().min(1).describe('The invitation id; the account where an event concerns no invitation'),
  time: z.iso.datetime({ offset: true }).describe('When the relay received it (UTC)'),
  datacontenttype: z.literal('application/json').optional(),
  sequence: z.string().min(1).optional().describe('Orders the events of one invitation as text; not dense'),
  partitionkey: z.string().min(1).optional().describe('The same as subject'),
  correlationid: z.string().min(1).optional().describe('The conversation’s threadId'),
  expirytime: z.iso.datetime({ offset: true }).optional().describe('After this moment a ring is surely over'),
  traceparent: z.string().min(1).optional().describe('W3C Trace Context'),
  data: z.unknown(),
});
export type CloudEvent = z.infer<typeof cloudEventSchema>;

/** The event in its envelope. What the event does not have is absent. parseCloudEvent gives the same event back. */
export function toCloudEvent(event: RelayEvent): CloudEvent {
  const envelope = compact({
    specversion: '1.0' as const,
    id: event.id,
    // A SIP URI is a URI already; only characters that no URI may hold change.
    source: encodeURI(event.account),
    type: event.type,
    subject: event.subject,
    time: new Date(event.timeMs).toISOString(),
    datacontenttype: 'application/json' as const,
    sequence: event.sequence,
    partitionkey: event.subject,
    correlationid: event.correlationId,
    expirytime: event.expiryTimeMs === undefined ? undefined : new Date(event.expiryTimeMs).toISOString(),
    traceparent: event.traceParent,
  });
  return { ...envelope, data: event.data };
}

/**
 * Reads an envelope that was parsed as JSON. `data` is carried as it is.
 * Errors: `requestInvalid`, whose `errors` name each attribute at fault.
 */
export function parseCloudEvent(value: unknown): RelayEvent {
  const parsed = cloudEventSchema.safeParse(value, { error: explainIssue });
  if (!parsed.success) throw invalidEnvelope(parsed.error);
  const envelope = parsed.data;
  return {
    id: envelope.id,
    type: envelope.type,
    account: accountOf(envelope.source),
    subject: envelope.subject,
    timeMs: Date.parse(envelope.time),
    ...(envelope.sequence !== undefined && { sequence: envelope.sequence }),
    ...(envelope.correlationid !== undefined && { correlationId: envelope.correlationid }),
    ...(envelope.expirytime !== undefined && { expiryTimeMs: Date.parse(envelope.expirytime) }),
    ...(envelope.traceparent !== undefined && { traceParent: envelope.traceparent }),
    data: envelope.data,
  };
}

function accountOf(source: string): string {
  try {
    return decodeURI(source);
  } catch (cause) {
    throw new RelayError('requestInvalid', 'The event’s source is not a valid URI.', {
      cause,
      extensions: { errors: [{ field: 'source', message: 'A percent sign is not followed by a valid escape.' }] },
    });
  }
}

function invalidEnvelope(error: z.ZodError): RelayError {
  const errors = error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
  return new RelayError('requestInvalid', 'The message is not one of the relay’s CloudEvents.', {
    cause: error,
    extensions: { errors },
  });
}
