import { BrokerError } from '../../broker/brokerError';
import { amqpArray } from '../../wire/amqpCodec';
import type { Operation } from './managementNode';
import { ok, queueOf } from './replies';
import type { RequestFields } from './requestFields';

const TIMESTAMP = 0x83;

/** Extends the locks by the entity's lock duration; replies when each ends. */
export const renewLock: Operation = (fields, { entity }) => {
  const queue = queueOf(entity);
  const expirations = lockKeys(fields).map((key) => queue.renew(queue.findLock(key)));
  return ok({ expirations: amqpArray(expirations, TIMESTAMP) });
};

/** Settles by lock token, for a receiver whose link is gone. */
export const updateDisposition: Operation = (fields, { entity }) => {
  const queue = queueOf(entity);
  const status = fields.string('disposition-status');
  const properties = new Map(Object.entries(fields.map('properties-to-modify')));
  for (const lock of lockKeys(fields).map((key) => queue.findLock(key))) {
    switch (status) {
      case 'completed':
        queue.complete(lock);
        break;
      case 'abandoned':
        queue.abandon(lock, properties);
        break;
      case 'suspended':
        queue.deadLetter(lock, {
          reason: fields.optionalString('deadletter-reason'),
          description: fields.optionalString('deadletter-description'),
          properties,
        });
        break;
      case 'defered':
        throw new BrokerError('notImplemented', 'Deferring messages is not supported by this local Service Bus.');
      default:
        throw new BrokerError('argument', `'${status}' is no disposition-status.`);
    }
  }
  return ok();
};

const lockKeys = (fields: RequestFields): string[] =>
  fields.buffers('lock-tokens').map((token) => token.toString('hex'));
