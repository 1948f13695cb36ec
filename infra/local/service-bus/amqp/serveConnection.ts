import type { Connection, EventContext, Receiver, Sender, Session } from 'rhea';
import { BrokerError, toBrokerError } from '../broker/brokerError';
import type { Entity } from '../broker/namespace';
import { attachConsumer } from './attachConsumer';
import type { BrokerContext } from './brokerContext';
import { CbsNode } from './cbsNode';
import { handleManagement, MANAGEMENT_STATUS_NAMES } from './management/managementNode';
import { MAX_MESSAGE_BYTES, serveProducer } from './producerLink';
import { serveRequests } from './requestLink';
import { entityPath } from './entityPath';
import { addressOf, setAttachFields } from './rheaLink';
import { attachBeforeTransfers, nameLinksByRole, settleInOrder } from './rheaOrder';
import { keepUndecoded, limitDispositions } from './rheaSession';

const CBS = '$cbs';
const MANAGEMENT = '/$management';

/** A transfer beyond this is not gathered to its end: the connection is closed. What is smaller is rejected by itself. */
const MOST_GATHERED_BYTES = 64 * 1024 * 1024;

/** Serves everything that one client asks on its connection. Returns what to do when the connection is gone. */
export function serveConnection(connection: Connection, context: BrokerContext): () => void {
  const cbs = new CbsNode(context.key, context.namespace);
  const links = new Map<Sender | Receiver, () => void>();

  const release = (link: Sender | Receiver): void => {
    const leave = links.get(link);
    links.delete(link);
    leave?.();
  };
  const releaseAll = (session?: Session): void => {
    for (const link of [...links.keys()]) if (session === undefined || link.session === session) release(link);
  };
  const attach = (link: Sender | Receiver, open: () => (() => void) | undefined): void => {
    try {
      links.set(link, open() ?? (() => undefined));
    } catch (error) {
      const refused = toBrokerError(error);
      context.log(`refused a link: ${refused.message}`);
      link.close(refused.amqp);
    }
  };

  connection.on('session_open', ({ session }: EventContext) => {
    if (session === undefined) return;
    attachBeforeTransfers(session);
    settleInOrder(session);
    nameLinksByRole(session);
    limitDispositions(session);
    keepUndecoded(session, MOST_GATHERED_BYTES, () =>
      connection.close(new BrokerError('messageTooLarge', `A transfer exceeds ${MOST_GATHERED_BYTES} bytes.`).amqp),
    );
  });
  connection.on('receiver_open', ({ receiver }: EventContext) => {
    if (receiver !== undefined) attach(receiver, () => openReceiver(receiver, cbs, context));
  });
  connection.on('sender_open', ({ sender }: EventContext) => {
    if (sender !== undefined) attach(sender, () => openSender(sender, cbs, context));
  });
  for (const event of ['sender_close', 'receiver_close', 'sender_error', 'receiver_error']) {
    connection.on(event, ({ sender, receiver }: EventContext) => {
      const link = sender ?? receiver;
      if (link !== undefined) release(link);
    });
  }
  for (const event of ['session_close', 'session_error'])
    connection.on(event, ({ session }: EventContext) => releaseAll(session));
  return () => releaseAll();
}

/** A client's sender: to an entity, or with requests to a node. */
function openReceiver(receiver: Receiver, cbs: CbsNode, context: BrokerContext): undefined {
  const given = addressOf(receiver.target);
  // A coordinator, the target of transactions (AMQP 1.0 part 4, 4.5.1), has no address.
  if (given === undefined)
    throw new BrokerError('notImplemented', 'Transactions are not supported by this local Service Bus.');
  const address = entityPath(given);
  receiver.set_target({ address: given });
  receiver.set_source({ address: addressOf(receiver.source) ?? receiver.name });
  echoSettleModes(receiver);
  setAttachFields(receiver, { max_message_size: MAX_MESSAGE_BYTES });
  try {
    if (address === CBS) serveRequests(receiver, CbsNode.names, (request) => cbs.handle(request));
    else if (isManagement(address)) serveManagement(receiver, findManaged(address, cbs, context), context);
    else serveProducer(receiver, ingressOf(find(address, cbs, context)), context);
  } catch (error) {
    // An attach that is refused names neither end (AMQP 1.0 part 2, 2.6.3).
    setAttachFields(receiver, { source: undefined, target: undefined });
    throw error;
  }
  return undefined;
}

function serveManagement(receiver: Receiver, entity: Entity, context: BrokerContext): void {
  serveRequests(receiver, MANAGEMENT_STATUS_NAMES, (request) => handleManagement(request, entity, context));
}

/** A client's receiver: of messages, or of a node's replies. */
function openSender(sender: Sender, cbs: CbsNode, context: BrokerContext): (() => void) | undefined {
  const given = addressOf(sender.source);
  if (given === undefined) throw new BrokerError('notFound', "The messaging entity '' could not be found.");
  const address = entityPath(given);
  if (address === CBS || isManagement(address)) {
    if (address !== CBS) findManaged(address, cbs, context);
    sender.set_source({ address: given });
    sender.set_target({ address: addressOf(sender.target) ?? sender.name });
    echoSettleModes(sender);
    return undefined;
  }
  const { queue } = find(address, cbs, context);
  if (queue === undefined)
    throw new BrokerError('notAllowed', `'${address}' is a topic: messages are received from its subscriptions.`);
  return attachConsumer(sender, queue, context);
}

/** An attach that answers with other modes than were asked for is refused by Microsoft's Go library. */
function echoSettleModes(link: Sender | Receiver): void {
  setAttachFields(link, { snd_settle_mode: link.snd_settle_mode, rcv_settle_mode: link.rcv_settle_mode });
}

function find(address: string, cbs: CbsNode, { namespace }: BrokerContext): Entity {
  cbs.require(address);
  return namespace.find(address);
}

const isManagement = (address: string): boolean => address.toLowerCase().endsWith(MANAGEMENT);

/** The entity whose `$management` this is; a claim for that node alone is enough. */
function findManaged(address: string, cbs: CbsNode, { namespace }: BrokerContext): Entity {
  cbs.require(address);
  return namespace.find(address.slice(0, -MANAGEMENT.length));
}

function ingressOf({ address, ingress }: Entity): NonNullable<Entity['ingress']> {
  if (ingress === undefined) throw new BrokerError('notAllowed', `Messages cannot be sent to '${address}'.`);
  return ingress;
}
