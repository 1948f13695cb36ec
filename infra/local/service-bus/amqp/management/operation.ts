import type { Entity } from '../../broker/namespace';
import type { AmqpReply } from '../requestLink';
import type { RequestFields } from './requestFields';

/** What an operation works on. */
export interface OperationContext {
  readonly entity: Entity;
  readonly nowMs: number;
}

/** Carries one operation out. @throws BrokerError which becomes the reply. */
export type Operation = (fields: RequestFields, context: OperationContext) => AmqpReply;
