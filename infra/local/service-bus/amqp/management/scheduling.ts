import { BrokerError } from '../../broker/brokerError';
import type { Entity } from '../../broker/namespace';
import type { Ingress } from '../../broker/ingress';
import { amqpArray } from '../../wire/amqpCodec';
import { readMessages } from '../producerLink';
import type { Operation } from './operation';
import { ok } from './replies';

const LONG = 0x81;
const SINGLE = 0;

/** Holds messages back until the times in their annotations; replies their sequence numbers. */
export const scheduleMessages: Operation = (fields, { entity }) => {
  const payloads = fields.maps('messages').flatMap((element) => {
    const message = element.optionalBuffer('message');
    if (message === undefined) throw new BrokerError('argument', "An element of 'messages' has no message.");
    return readMessages(message, SINGLE);
  });
  return ok({ 'sequence-numbers': amqpArray(ingressOf(entity).schedule(payloads), LONG) });
};

export const cancelScheduledMessages: Operation = (fields, { entity }) => {
  ingressOf(entity).cancelScheduled(fields.integers('sequence-numbers'));
  return ok();
};

function ingressOf({ address, ingress }: Entity): Ingress {
  if (ingress === undefined) throw new BrokerError('notAllowed', `Messages cannot be sent to '${address}'.`);
  return ingress;
}
