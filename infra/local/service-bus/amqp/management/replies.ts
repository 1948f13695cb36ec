import { BrokerError } from '../../broker/brokerError';
import type { MessageQueue } from '../../broker/messageQueue';
import type { Entity } from '../../broker/namespace';
import type { SessionRegistry } from '../../broker/sessionRegistry';
import type { AmqpReply } from '../requestLink';

export const ok = (body?: unknown): AmqpReply => ({ status: 200, description: 'OK', body });

/** Success, and nothing to tell. */
export const noContent = (): AmqpReply => ({ status: 204, description: 'No Content' });

/** @throws BrokerError notAllowed when the entity is a topic. */
export function queueOf({ address, queue }: Entity): MessageQueue {
  if (queue === undefined)
    throw new BrokerError('notAllowed', `'${address}' is a topic: this is asked of one of its subscriptions.`);
  return queue;
}

/** @throws BrokerError notAllowed when the entity has no sessions. */
export function sessionsOf(entity: Entity): SessionRegistry {
  const { sessions } = queueOf(entity);
  if (sessions === undefined)
    throw new BrokerError('notAllowed', `The entity '${entity.address}' does not require sessions.`);
  return sessions;
}
