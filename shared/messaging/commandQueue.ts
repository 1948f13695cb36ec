import { randomUUID } from 'node:crypto';
import { RelayError } from '../errors/relayError';
import type { BusConnection } from './busConnection';
import { busEntities } from './busEntities';

/** Answer to a queued command, on the queue that its message named. */
export interface CommandReply {
  /** messageId of the command. */
  readonly correlationId: string;
  readonly invitationId: string;
  readonly command: string;
  /** `sent`, or the error's code. */
  readonly result: string;
  /** Of an accept with an SDP: the session context that the answer named. */
  readonly sessionContext?: string;
  /** The error in a sentence. */
  readonly message?: string;
}

export interface CommandQueue {
  reply(queue: string, answer: CommandReply): Promise<void>;
  /** Puts the message into the dead-letter queue with a reason that a person understands. */
  refuse(body: unknown, messageId: string, reason: string): Promise<void>;
}

/** Application property of a copy that is on its way to the dead-letter queue: why. */
export const REFUSAL_PROPERTY = 'refusal';

/**
 * The sending side of `invitation-commands`. Errors: `busUnavailable`, `busRefused`; `messageTooLarge` for a refusal that fits in no message.
 *
 * A function in Node cannot settle a message but by ending well or badly, and the reason of a message that was given back
 * too often is lost. So a refused command is completed, and a copy of it that says why expires at once: the queue
 * dead-letters what expires.
 */
export function createCommandQueue(connection: BusConnection): CommandQueue {
  return {
    async reply(queue, answer) {
      await connection.sender(queue).sendFirst([
        {
          body: Buffer.from(JSON.stringify(answer)),
          contentType: 'application/json',
          messageId: randomUUID(),
          correlationId: answer.correlationId,
          subject: 'ucwa.command.reply',
        },
      ]);
    },
    async refuse(body, messageId, reason) {
      const sent = await connection.sender(busEntities.commands).sendFirst([
        {
          body: toBytes(body),
          contentType: 'application/json',
          messageId: `${messageId.slice(0, 100)}.refused`,
          subject: 'ucwa.command.refused',
          timeToLive: 1,
          applicationProperties: { [REFUSAL_PROPERTY]: reason },
        },
      ]);
      // Then the message itself must stay: given back often enough, it ends in the dead-letter queue too.
      if (sent === 0)
        throw new RelayError(
          'messageTooLarge',
          'The refused command and the reason together are larger than Service Bus takes.',
        );
    },
  };
}

/** What the platform parsed goes back as JSON, what it left alone as it was. */
function toBytes(body: unknown): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
