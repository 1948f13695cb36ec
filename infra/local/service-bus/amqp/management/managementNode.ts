import type { Operation } from './operation';
import { BrokerError, deferralUnsupported } from '../../broker/brokerError';
import type { Entity } from '../../broker/namespace';
import type { BrokerContext } from '../brokerContext';
import type { AmqpReply, AmqpRequest, StatusNames } from '../requestLink';
import { renewLock, updateDisposition } from './locks';
import { RequestFields } from './requestFields';
import { peekMessages } from './peek';
import { addRule, enumerateRules, removeRule } from './rules';
import { cancelScheduledMessages, scheduleMessages } from './scheduling';
import { getMessageSessions, getSessionState, renewSessionLock, setSessionState } from './sessions';

/** Microsoft's "AMQP 1.0 in Azure Service Bus: request-response-based operations". */
const operations: Readonly<Record<string, Operation>> = {
  'com.microsoft:renew-lock': renewLock,
  'com.microsoft:update-disposition': updateDisposition,
  'com.microsoft:receive-by-sequence-number': () => {
    throw deferralUnsupported();
  },
  'com.microsoft:peek-message': peekMessages,
  'com.microsoft:schedule-message': scheduleMessages,
  'com.microsoft:cancel-scheduled-message': cancelScheduledMessages,
  'com.microsoft:renew-session-lock': renewSessionLock,
  'com.microsoft:get-session-state': getSessionState,
  'com.microsoft:set-session-state': setSessionState,
  'com.microsoft:get-message-sessions': getMessageSessions,
  'com.microsoft:add-rule': addRule,
  'com.microsoft:remove-rule': removeRule,
  'com.microsoft:enumerate-rules': enumerateRules,
};

export const MANAGEMENT_STATUS_NAMES: StatusNames = ['statusCode', 'statusDescription', 'errorCondition'];

/** Answers a request to the entity's `$management`, once what it changed is safe in the store. */
export async function handleManagement(
  request: AmqpRequest,
  entity: Entity,
  { env }: BrokerContext,
): Promise<AmqpReply> {
  const name = String(request.applicationProperties['operation']);
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined)
    throw new BrokerError('notImplemented', `The operation '${name}' is not supported by this local Service Bus.`);
  const reply = operation(RequestFields.of(request), { entity, nowMs: env.clock.now() });
  await env.store?.committed();
  return reply;
}
