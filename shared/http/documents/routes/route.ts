import type { z } from 'zod';
import type { ErrorCode } from '../../../errors/errorTable';
import { callTriggers } from '../../connector/callTriggers';
import type { Role } from '../../identity/tokenVerifier';
import type { JsonObject } from '../jsonSchemas';
import type { SchemaName } from '../schemas';

/** A body: its schema and real examples of it, by name. */
export interface Body {
  /** Absent where the body is another document, whose schema is its own standard's. */
  readonly schema?: SchemaName;
  /** `application/json` unless given. */
  readonly contentType?: string;
  readonly examples?: Readonly<Record<string, unknown>>;
}

export interface Answer extends Partial<Body> {
  readonly description: string;
  /** Names of response headers among the document's components. */
  readonly headers?: readonly ('Location' | 'PreferenceApplied' | 'IdempotencyReplayed')[];
}

/** The groups in which a document shows the routes. */
export const tags = {
  Invitations: 'Calls that ring or rang, and what can be done with them',
  'Webhook subscriptions': 'Who is sent which events, and what became of each delivery',
  Connector: 'What flows of Power Automate use: calls as one level of plain values',
  Accounts: 'The accounts that the relay signs in, with their states',
  People: 'What is kept of a person',
  Operations: 'How the relay is, and who gave which command',
  Documents: 'What this API is, for machines',
} as const;

/** One route as the API documents tell it. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Under `/api`, with parameters in braces. */
  readonly path: string;
  /** The name of the function. */
  readonly operationId: string;
  readonly tag: keyof typeof tags;
  readonly summary: string;
  readonly description?: string;
  /** The role that a token must have; anonymous: not even a key is asked for. */
  readonly role: Role | 'anonymous';
  readonly query?: z.ZodObject;
  /** An empty parameter of the query counts as absent. */
  readonly allowsBlanks?: true;
  /** Request headers among the document's components. */
  readonly headers?: readonly ('Prefer' | 'IdempotencyKey' | 'TraceParent' | 'LastEventId')[];
  readonly body?: Body;
  readonly answers: Readonly<Record<number, Answer>>;
  /** The errors beside those that every route can answer. */
  readonly errors?: readonly ErrorCode[];
}

/** Names of path parameters, and what they are. */
export const pathParameters: Readonly<Record<string, JsonObject>> = {
  id: {
    description: 'Of an invitation: an event’s invitationId, unchanged. Of a subscription: its id.',
    schema: { type: 'string', maxLength: 128 },
  },
  capability: {
    description: 'From a link that the relay gave out, unchanged: it is what allows this, without a key',
    schema: { type: 'string', maxLength: 512 },
  },
  trigger: { description: 'When the flow starts', schema: { type: 'string', enum: Object.keys(callTriggers) } },
  sipUri: {
    description: 'Address of the account: sip:user@domain; case does not matter',
    schema: { type: 'string', maxLength: 454, pattern: '^[sS][iI][pP]:[^@\\s;?]+@[^@\\s;?:]+$' },
  },
  deliveryId: { description: 'From the delivery log', schema: { type: 'string', maxLength: 620 } },
};
