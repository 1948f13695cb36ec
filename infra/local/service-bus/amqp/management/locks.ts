import { BrokerError, deferralUnsupported } from '../../broker/brokerError';
import type { MessageLock } from '../../broker/messages/brokerMessage';
import type { MessageQueue } from '../../broker/messageQueue';
import { sessionLockLost } from '../../broker/sessionRegistry';
import { amqpArray } from '../../wire/amqpCodec';
import type { Operation } from './operation';
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
  const properties = fields.optionalMap('properties-to-modify')?.entries ?? new Map<string, unknown>();
  for (const lock of locksToSettle(fields, queue)) {
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
        throw deferralUnsupported();
      default:
        throw new BrokerError('argument', `'${status}' is no disposition-status.`);
    }
  }
  return ok();
};

/** Of a message of a session, it is the session's lock that is lost. */
function locksToSettle(fields: RequestFields, queue: MessageQueue): MessageLock[] {
  const sessionId = fields.optionalString('session-id');
  if (sessionId !== undefined) queue.sessions?.held(sessionId, fields.linkName);
  try {
    return lockKeys(fields).map((key) => queue.findLock(key));
  } catch (error) {
    throw sessionId === undefined || queue.sessions === undefined ? error : sessionLockLost(sessionId);
  }
}

const lockKeys = (fields: RequestFields): string[] =>
  fields.buffers('lock-tokens').map((token) => token.toString('hex'));
