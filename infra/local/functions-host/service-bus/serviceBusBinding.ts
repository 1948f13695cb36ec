import { z } from 'zod';
import type { IndexedFunction } from '../app/trigger';
import { triggerOf } from '../app/trigger';
import { resolveSettings, type AppSettings } from '../settings/appSettings';

const serviceBusBinding = z.object({
  connection: z.string().min(1).default('ServiceBus'),
  queueName: z.string().optional(),
  topicName: z.string().optional(),
  subscriptionName: z.string().optional(),
  isSessionsEnabled: z.boolean().default(false),
  autoCompleteMessages: z.boolean().optional(),
  cardinality: z.literal('one', 'cardinality "many" is not supported by this host').default('one'),
  dataType: z.enum(['string', 'binary']).default('string'),
});

/** Where the messages of a function come from. */
export interface ServiceBusBinding {
  /** Name of the connection's app setting. */
  readonly connection: string;
  readonly source: { readonly queue: string } | { readonly topic: string; readonly subscription: string };
  readonly sessions: boolean;
  /** Undefined: what host.json says. */
  readonly autoCompleteMessages: boolean | undefined;
  /** How the handler wants the body. */
  readonly dataType: 'string' | 'binary';
}

/**
 * Reads the Service Bus trigger of a function and resolves the names in it. @throws Error for a name that does not
 * resolve or is missing, and for what this host does not support.
 */
export function toServiceBusBinding({ metadata }: IndexedFunction, settings: AppSettings): ServiceBusBinding {
  const parsed = serviceBusBinding.safeParse(triggerOf(metadata).binding);
  if (!parsed.success) throw new Error(parsed.error.issues.map(({ message }) => message).join('; '));
  const { connection, queueName, topicName, subscriptionName, isSessionsEnabled, autoCompleteMessages, dataType } =
    parsed.data;
  const resolve = (name: string): string => resolveSettings(name, settings);

  let source: ServiceBusBinding['source'];
  if (queueName !== undefined) source = { queue: resolve(queueName) };
  else if (topicName !== undefined && subscriptionName !== undefined)
    source = { topic: resolve(topicName), subscription: resolve(subscriptionName) };
  else throw new Error('The trigger names neither a queue nor a topic with a subscription.');
  return { connection, source, sessions: isSessionsEnabled, autoCompleteMessages, dataType };
}
