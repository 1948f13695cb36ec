import { z } from 'zod';
import type { Clock } from '../clock';
import { invalidRequest, parseOrExplain } from '../errors/parseOrExplain';
import { RelayError, toRelayError } from '../errors/relayError';
import {
  acceptBodySchema,
  commandNames,
  declineBodySchema,
  emptyBodySchema,
  type Command,
  type CommandName,
  type CommandRequest,
} from '../invitations/commands/command';
import { compact } from '../invitations/compact';
import { runCommand, type CommandPorts } from '../invitations/commands/runCommand';
import { startCall } from '../invitations/commands/startCall';
import { startBodySchema, type StartRequest } from '../invitations/commands/startCommand';
import { inCommandSpan, startSpan, type CommandEntryPoint } from '../telemetry/inCommandSpan';
import { countDeadLetters } from '../telemetry/metrics';
import { busEntities } from './busEntities';
import { REFUSAL_PROPERTY, type CommandQueue, type CommandReply, type SentProperties } from './commandQueue';
import { retryInProcess } from './retryInProcess';
import { traceParentIn } from './traceProperties';

/** For how long one command is tried: a minute of tries, and half a minute for the last of them. */
export const COMMAND_TIMEOUT_MS = 90_000;

/** What every command on the queue has beside the fields of its HTTP body. */
export const commandEnvelopeSchema = z.looseObject({
  command: z.enum([...commandNames, 'start'], `must be one of ${[...commandNames, 'start'].join(', ')}`),
  invitationId: z
    .string('must be a text: an event’s invitationId')
    .min(1, 'must not be empty')
    .optional()
    .describe('Of the call; with start, which is of none yet, absent'),
  caller: z
    .string()
    .min(1)
    .max(200, 'must be at most 200 characters')
    .optional()
    .describe('Who asks, for the record; nobody checks it'),
  replyTo: z
    .string()
    .max(260)
    .refine((queue) => !isRelayEntity(queue), 'must be a queue of yours, not one of the relay')
    .optional()
    .describe('Queue for the answer; the replyTo of the message does as well'),
  idempotencyKey: z.string().min(1).max(255).optional().describe('As the header Idempotency-Key'),
  traceparent: z
    .string()
    .max(512)
    .optional()
    .describe(
      'W3C Trace Context: that of the event which this answers, or your own; the application property of that name does as well',
    ),
});

export interface QueuedCommandPorts {
  readonly commands: CommandPorts;
  readonly clock: Clock;
  readonly random: () => number;
  readonly commandQueue: CommandQueue;
}

/** A message as the platform hands it over: its body and what its metadata says. */
export interface QueuedMessage {
  readonly body: unknown;
  readonly messageId: string;
  readonly sequenceNumber?: number | undefined;
  readonly applicationProperties: Readonly<Record<string, unknown>>;
  /** Queue for the answer, and the session of it: properties of the message. */
  readonly replyTo?: string | undefined;
  readonly replyToSessionId?: string | undefined;
}

/** What the platform gives beside the body (Azure Functions, "Service Bus trigger", Message metadata). */
export function toQueuedMessage(body: unknown, metadata: Readonly<Record<string, unknown>> | undefined): QueuedMessage {
  return { body, ...metadataSchema.parse(metadata ?? {}) };
}

// The Functions library parses every text here as JSON where it can: a messageId of digits arrives as a number, and rounded.
const metadataSchema = z.object({
  messageId: z.coerce.string().default(''),
  sequenceNumber: z.int().optional().catch(undefined),
  applicationProperties: z.record(z.string(), z.unknown()).default({}),
  replyTo: z.coerce.string().min(1).optional().catch(undefined),
  replyToSessionId: z.coerce.string().min(1).optional().catch(undefined),
});

/** A name that leads to an entity of the relay, or to a part of one: an answer there would be taken for something else. */
function isRelayEntity(name: string): boolean {
  const [entity] = name.toLowerCase().replace(/^\/+/, '').split('/');
  return Object.values<string>(busEntities).some((known) => known === entity);
}

/**
 * `{command, invitationId, …the fields of that command's HTTP body, caller?, replyTo?, idempotencyKey?,
 * traceparent?}`. Errors: `requestInvalid` naming each field.
 */
export function parseQueuedCommand(body: unknown): {
  readonly request: CommandRequest | StartRequest;
  readonly replyTo: string | undefined;
  readonly traceParent: string | undefined;
} {
  const {
    command,
    invitationId,
    caller,
    replyTo,
    idempotencyKey,
    traceparent: traceParent,
    ...rest
  } = parseOrExplain(readBody(body), commandEnvelopeSchema, 'The command');
  const asked = {
    // Any sender that may write to the queue can give any name, so the record says that it was not checked.
    caller: caller === undefined ? 'queue' : `queue:${caller}`,
    authentication: 'unverified',
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  } as const;
  if (command === 'start') {
    const fields = invitationId === undefined ? rest : { ...rest, invitationId };
    return {
      request: { command: parseOrExplain(fields, startBodySchema, 'The command'), ...asked },
      replyTo,
      traceParent,
    };
  }
  if (invitationId === undefined)
    throw invalidRequest([{ field: 'invitationId', message: 'is required: an event’s invitationId' }], 'The command');
  return { request: { invitationId, command: toCommand(command, rest), ...asked }, replyTo, traceParent };
}

/**
 * One message of the queue `invitation-commands`: the same use case as over HTTP. A refusal is an answer, not a failure: the
 * message is settled, and the refusal is told by `ucwa.command.settled` and the reply. A message that is no command ends in
 * the dead-letter queue with the reason. What fails for a moment is tried for up to a minute; after that the error is the answer. An
 * answer that its queue does not take is logged and no more: the record is the settlement.
 */
export async function runQueuedCommand(
  message: QueuedMessage,
  ports: QueuedCommandPorts,
  signal: AbortSignal,
): Promise<void> {
  const { body, messageId, applicationProperties } = message;
  if (REFUSAL_PROPERTY in applicationProperties)
    throw new RelayError('requestInvalid', 'A refused command, on its way to the dead-letter queue.');
  const parsed = parseOrRefusal(body, message.replyTo);
  if ('refusal' in parsed) {
    await retryInProcess(() => ports.commandQueue.refuse(body, messageId, parsed.refusal), ports);
    countDeadLetters(1, busEntities.commands);
    return;
  }
  const { request, replyTo } = parsed;
  const entryPoint = {
    kind: 'consumer',
    traceParent: parsed.traceParent ?? traceParentIn(applicationProperties),
  } as const;
  const sent = replyTo === undefined ? undefined : readProperties(message, ports.commandQueue);
  const settled = await carryOut(request, entryPoint, message.sequenceNumber, ports, signal);
  if (replyTo === undefined || sent === undefined) return;
  const { messageId: correlationId, replyToSessionId } = await sent;
  await ports.commandQueue.reply(replyTo, { correlationId, ...settled }, replyToSessionId).catch((error: unknown) => {
    ports.commands.log.warn('commandNotAnswered', { queue: replyTo, error: toRelayError(error).code });
  });
}

/**
 * The answer to a command, whatever came of it. A start without a key of its own goes by the message's number: a message that is
 * given out twice is one call.
 */
async function carryOut(
  request: CommandRequest | StartRequest,
  entryPoint: CommandEntryPoint,
  sequenceNumber: number | undefined,
  ports: QueuedCommandPorts,
  signal: AbortSignal,
): Promise<Omit<CommandReply, 'correlationId'>> {
  const persist = <T>(work: () => Promise<T>): Promise<T> => retryInProcess(work, ports);
  const isStart = !('invitationId' in request);
  const answer = isStart
    ? { command: 'start' }
    : { invitationId: request.invitationId, command: request.command.command };
  try {
    if (isStart) {
      const ofMessage = sequenceNumber === undefined ? {} : { idempotencyKey: `message ${String(sequenceNumber)}` };
      const keyed = { ...ofMessage, ...request };
      const { result, invitationId, operationId } = await inCommandSpan(startSpan(keyed), entryPoint, () =>
        startCall(keyed, ports.commands, signal, persist),
      );
      return { ...answer, invitationId, operationId, result };
    }
    const sent = await inCommandSpan(request, entryPoint, () => runCommand(request, ports.commands, signal, persist));
    const { result, sessionContext, state } = sent;
    return { ...answer, result, ...compact({ sessionContext, state }) };
  } catch (error) {
    const { code, message } = toRelayError(error);
    return { ...answer, result: code, message };
  }
}

/** As the sender wrote them, which only the queue still knows; as the platform gave them where it does not answer. Never rejects. */
async function readProperties(message: QueuedMessage, queue: CommandQueue): Promise<SentProperties> {
  const { messageId, sequenceNumber, replyToSessionId } = message;
  const sent = sequenceNumber === undefined ? undefined : queue.readProperties(sequenceNumber).catch(() => undefined);
  return (await sent) ?? { messageId, replyToSessionId };
}

function parseOrRefusal(
  body: unknown,
  sendersReplyTo: string | undefined,
): ReturnType<typeof parseQueuedCommand> | { readonly refusal: string } {
  try {
    const parsed = parseQueuedCommand(body);
    const replyTo = parsed.replyTo ?? sendersReplyTo;
    if (replyTo !== undefined && isRelayEntity(replyTo))
      return { refusal: `The message’s replyTo, ${replyTo}, must be a queue of yours, not one of the relay.` };
    return { ...parsed, replyTo };
  } catch (error) {
    return { refusal: toRelayError(error).message };
  }
}

/** The platform hands over what it could parse; a sender may have left out the content type by which it knows. */
function readBody(body: unknown): unknown {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return body;
  try {
    return JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString());
  } catch {
    return body;
  }
}

function toCommand(command: CommandName, rest: Record<string, unknown>): Command {
  switch (command) {
    case 'accept':
      return { command, ...parseOrExplain(rest, acceptBodySchema, 'The command') };
    case 'decline':
      return { command, ...parseOrExplain(rest, declineBodySchema, 'The command') };
    case 'cancel':
    case 'hangup':
    case 'hold':
    case 'resume':
      parseOrExplain(rest, emptyBodySchema, 'The command');
      return { command };
  }
}
