import { message as codec, types, type EventContext, type Receiver, type Sender, type Session } from 'rhea';
import type { AmqpValue } from '../wire/amqpCodec';
import { toBrokerError } from '../broker/brokerError';
import { readRequest, type RequestMessage } from './requestMessage';
import { addressOf, sendSettled, settleAccepted } from './rheaLink';

/** A request to `$cbs` or `$management`, decoded. */
export interface AmqpRequest {
  readonly applicationProperties: Readonly<Record<string, unknown>>;
  /** With its AMQP types. */
  readonly body: AmqpValue | undefined;
}

/** What answers it: a status is added under the names of the node's own dialect. */
export interface AmqpReply {
  readonly status: number;
  readonly description: string;
  readonly condition?: string;
  readonly body?: unknown;
}

const MESSAGE_FORMAT = 0;

/** `$cbs` writes its status with hyphens, `$management` in camel case. */
export type StatusNames = readonly [status: string, description: string, condition: string];

/**
 * A node that answers requests: each on the link of the same session that the request names in `reply-to`. An error that
 * `handle` throws becomes the reply.
 */
export function serveRequests(
  receiver: Receiver,
  names: StatusNames,
  handle: (request: AmqpRequest) => AmqpReply | Promise<AmqpReply>,
): void {
  receiver.on('message', ({ delivery, message }: EventContext) => {
    if (delivery !== undefined) settleAccepted(delivery);
    void answer(receiver.session, message as unknown as Buffer, names, handle);
  });
}

async function answer(
  session: Session,
  encoded: Buffer,
  names: StatusNames,
  handle: (request: AmqpRequest) => AmqpReply | Promise<AmqpReply>,
): Promise<void> {
  let request: RequestMessage | undefined;
  let reply: AmqpReply;
  try {
    request = readRequest(encoded);
    reply = await handle(request);
  } catch (error) {
    const { status, message, amqp } = toBrokerError(error);
    reply = { status, description: message, condition: amqp.condition };
  }
  const link = findReplyLink(session, request?.replyTo);
  if (link === undefined) return;
  const [status, description, condition] = names;
  const response = {
    correlation_id: request?.messageId ?? request?.correlationId,
    application_properties: {
      [status]: types.wrap_int(reply.status),
      [description]: reply.description,
      ...(reply.condition === undefined ? {} : { [condition]: types.wrap_symbol(reply.condition) }),
    },
    body: reply.body,
  };
  try {
    sendSettled(link.send(codec.encode(response), undefined, MESSAGE_FORMAT));
  } catch {
    // An id that cannot be written back leaves nothing to correlate an answer with.
  }
}

/** Named by `reply-to` is the reply link's name or its target; where neither fits, the session's one reply link is meant. */
function findReplyLink(session: Session, replyTo: string | undefined): Sender | undefined {
  const named = session.find_sender((link: Sender) => link.name === replyTo || addressOf(link.target) === replyTo);
  return named ?? session.find_sender((link: Sender) => link.is_open());
}
