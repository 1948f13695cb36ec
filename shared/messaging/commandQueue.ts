import { randomUUID } from 'node:crypto';
import type { BusConnection } from './busConnection';
import { busEntities } from './busEntities';
import { withTraceProperties } from './traceProperties';

/** Answer to a queued command, on the queue that its message named. */
export interface CommandReply {
  /** messageId of the command. */
  readonly correlationId: string;
  /** Of a start: that of the call, where it was started. */
  readonly invitationId?: string;
  readonly command: string;
  /** Of a start: in every event of the invitation. */
  readonly operationId?: string;
  /** `sent`, or the error's code. */
  readonly result: string;
  /** Of an accept with an SDP: the session context that the answer named. */
  readonly sessionContext?: string;
  /** Of cancel and hangup: where the invitation or the call stood when that was sent. */
  readonly state?: string;
  /** The error in a sentence. */
  readonly message?: string;
}

/** Properties of a command's message as its sender wrote them. */
export interface SentProperties {
  readonly messageId: string;
  readonly replyToSessionId: string | undefined;
}

export interface CommandQueue {
  /** Reads the properties of a message that is on the queue, locked or not; undefined where it is gone. */
  readProperties(sequenceNumber: number): Promise<SentProperties | undefined>;
  /** @param sessionId the session of the reply, where its reader waits for one. */
  reply(queue: string, answer: CommandReply, sessionId?: string): Promise<void>;
  /** Puts the message into the dead-letter queue with a reason that a person understands. */
  refuse(body: unknown, messageId: string, reason: string): Promise<void>;
}

/** Application property of a copy that is on its way to the dead-letter queue: why. */
export const REFUSAL_PROPERTY = 'refusal';

/** With the reason and all properties this fits in one message (Service Bus Standard: 256 KB). */
const MAX_KEPT_BYTES = 192 * 1024;
const MAX_REASON_CHARACTERS = 4096;

/** In place of a refused command that is too long, or nested too deep, to be kept. */
const OMITTED = { omitted: 'The command was too long or nested too deep to be kept.' };

/**
 * The sending side of `invitation-commands`. Errors: `busUnavailable`, `busRefused`.
 *
 * A function in Node cannot settle a message but by ending well or badly, and the reason of a message that was given back
 * too often is lost. So a refused command is completed, and a copy of it that says why expires at once: the queue
 * dead-letters what expires.
 */
export function createCommandQueue(connection: BusConnection): CommandQueue {
  return {
    async readProperties(sequenceNumber) {
      const message = await connection.peek(busEntities.commands, sequenceNumber);
      if (message === undefined) return undefined;
      const { messageId, replyToSessionId } = message;
      return { messageId: messageId === undefined ? '' : String(messageId), replyToSessionId };
    },
    async reply(queue, answer, sessionId) {
      await connection.sender(queue).sendFirst([
        withTraceProperties({
          body: Buffer.from(JSON.stringify(answer)),
          contentType: 'application/json',
          messageId: randomUUID(),
          correlationId: answer.correlationId,
          subject: 'ucwa.command.reply',
          ...(sessionId !== undefined && { sessionId }),
        }),
      ]);
    },
    async refuse(body, messageId, reason) {
      const kept = toBytes(body);
      await connection.sender(busEntities.commands).sendFirst([
        withTraceProperties({
          body: kept ?? Buffer.from(JSON.stringify(OMITTED)),
          contentType: 'application/json',
          messageId: `${messageId.slice(0, 100)}.refused`,
          subject: 'ucwa.command.refused',
          timeToLive: 1,
          applicationProperties: { [REFUSAL_PROPERTY]: reason.slice(0, MAX_REASON_CHARACTERS) },
        }),
      ]);
    },
  };
}

/**
 * What the platform parsed goes back as JSON, what it left alone as it was; undefined where it is too long, or nested
 * too deep to be written.
 */
function toBytes(body: unknown): Buffer | undefined {
  try {
    const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(asText(body));
    return bytes.length <= MAX_KEPT_BYTES ? bytes : undefined;
  } catch {
    return undefined;
  }
}

const asText = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));
