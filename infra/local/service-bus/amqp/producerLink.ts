import type { Delivery, EventContext, Receiver } from 'rhea';
import { randomUUID } from 'node:crypto';
import { BrokerError, toBrokerError } from '../broker/brokerError';
import type { Ingress } from '../broker/ingress';
import { parsePayload, splitBatch, type Payload } from '../wire/payload';
import { whenCommitted, type BrokerContext } from './brokerContext';
import { settleAccepted, settleRejected } from './rheaLink';

/** What Service Bus Standard takes as one transfer, a batch included ("Service Bus quotas"). */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** The message format of a batch: each data section is one encoded message. */
const BATCH = 0x80_01_37_00;

/** Service Bus's limit on all properties of a message together ("Service Bus quotas"). */
const MAX_PROPERTIES_BYTES = 64 * 1024;

/** Service Bus's limit on the id, in characters ("Service Bus quotas"). */
const MAX_ID_LENGTH = 128;

/** A client's sender: each of its messages or batches is taken in whole and accepted once it is safe, or rejected whole. */
export function serveProducer(receiver: Receiver, ingress: Ingress, context: BrokerContext): void {
  receiver.on('message', (event: EventContext & { format?: number }) => {
    const { delivery, message, format } = event;
    if (delivery === undefined) return;
    const reject = (error: unknown): void =>
      settleOnce(delivery, () => settleRejected(delivery, toBrokerError(error).amqp));
    try {
      ingress.accept(readMessages(message as unknown as Buffer, format));
      whenCommitted(context, () => settleOnce(delivery, () => settleAccepted(delivery)), reject);
    } catch (error) {
      reject(error);
    }
  });
}

/** @throws BrokerError messageTooLarge, argument; RangeError on malformed bytes. */
export function readMessages(encoded: Buffer, format: number | undefined): Payload[] {
  if (encoded.length > MAX_MESSAGE_BYTES) {
    throw new BrokerError(
      'messageTooLarge',
      `The received message (delivery-id:0, size:${encoded.length} bytes) exceeds the limit ` +
        `(${MAX_MESSAGE_BYTES} bytes) currently allowed on the link.`,
    );
  }
  return Array.from(format === BATCH ? splitBatch(encoded) : [encoded], (one) =>
    checked(parsePayload(one, randomUUID)),
  );
}

function checked(payload: Payload): Payload {
  const propertiesBytes = payload.properties.length + payload.applicationProperties.length;
  if (propertiesBytes > MAX_PROPERTIES_BYTES)
    throw new BrokerError(
      'messageTooLarge',
      `The properties of a message (${propertiesBytes} bytes) exceed the limit of ${MAX_PROPERTIES_BYTES} bytes.`,
    );
  for (const id of [payload.messageId, payload.sessionId]) {
    if (id !== undefined && id.length > MAX_ID_LENGTH)
      throw new BrokerError('argument', `An id of ${id.length} characters exceeds the limit of ${MAX_ID_LENGTH}.`);
  }
  return payload;
}

/** A message that its sender had settled needs no answer. */
function settleOnce(delivery: Delivery, settle: () => void): void {
  if (!delivery.remote_settled) settle();
}
