import { message as codec, types, type EventContext, type Receiver, type Sender, type Session } from 'rhea';
import { toBrokerError } from '../broker/brokerError';
import { addressOf, sendSettled, settleAccepted } from './rheaLink';

/** A request to `$cbs` or `$management`, decoded. */
export interface AmqpRequest {
  readonly applicationProperties: Readonly<Record<string, unknown>>;
  readonly body: unknown;
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

interface RequestMessage {
  readonly message_id?: unknown;
  readonly correlation_id?: unknown;
  readonly reply_to?: string;
  readonly application_properties?: Record<string, unknown>;
  readonly body?: unknown;
}

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
  let request: RequestMessage = {};
  let reply: AmqpReply;
  try {
    request = codec.decode(encoded) as RequestMessage;
    reply = await handle({ applicationProperties: request.application_properties ?? {}, body: request.body });
  } catch (error) {
    const { status, message, amqp } = toBrokerError(error);
    reply = { status, description: message, condition: amqp.condition };
  }
  const link = findReplyLink(session, request.reply_to);
  if (link === undefined) return;
  const [status, description, condition] = names;
  const response = {
    correlation_id: request.message_id ?? request.correlation_id,
    application_properties: {
      [status]: types.wrap_int(reply.status),
      [description]: reply.description,
      ...(reply.condition === undefined ? {} : { [condition]: reply.condition }),
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
