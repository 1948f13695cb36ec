import type { QueueEntitySettings } from '../broker/queueEntity';
import type { QueueSettings } from '../broker/queueSettings';
import type { TopicSettings } from '../broker/topic';
import type { RuleDescription } from '../filters/ruleDescription';
import { parseSqlFilter } from '../filters/parseSqlFilter';
import { encodeValue, toAmqpValue } from '../wire/amqpCodec';
import {
  configSchema,
  type ParsedConfig,
  type ReceivingProperties,
  type RuleConfig,
  type SendingProperties,
} from './configSchema';
import { notesOnEmulatorLimits } from './emulatorLimits';

export interface BrokerConfig {
  readonly queues: readonly QueueEntitySettings[];
  readonly topics: readonly TopicSettings[];
  /** What works here and would not in Microsoft's emulator, a line for each entity. */
  readonly notes: readonly string[];
}

/** The rule of a subscription for which none is given: everything matches. */
const MATCH_ALL: RuleDescription = { name: '$Default', filter: { sql: '1=1' } };

const BYTES_PER_MEGABYTE = 1024 * 1024;

/** Reads the content of a Config.json. @throws Error that names every property that is wrong, and why. */
export function parseConfig(config: unknown): BrokerConfig {
  const parsed = configSchema.safeParse(config);
  if (!parsed.success)
    throw configError(parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`));
  const [namespace] = parsed.data.UserConfig.Namespaces;
  const queues = (namespace?.Queues ?? []).map((queue) => ({
    name: queue.Name,
    ...toReceiving(queue.Properties),
    ...toSending(queue.Properties),
  }));
  const topics = (namespace?.Topics ?? []).map(toTopic);
  refuseDuplicates([...queues, ...topics].map(({ name }) => name));
  for (const { name, subscriptions } of topics)
    refuseDuplicates(subscriptions.map((one) => `${name}/Subscriptions/${one.name}`));
  return { queues, topics, notes: namespace === undefined ? [] : notesOnEmulatorLimits(namespace) };
}

type TopicConfig = ParsedConfig['UserConfig']['Namespaces'][number]['Topics'][number];

function toTopic({ Name, Properties, Subscriptions }: TopicConfig): TopicSettings {
  return {
    name: Name,
    ...toSending(Properties),
    subscriptions: Subscriptions.map((subscription) => {
      const receiving = toReceiving(subscription.Properties);
      return {
        ...receiving,
        name: subscription.Name,
        // A message lives no longer than its topic lets it.
        defaultTtlMs: Math.min(receiving.defaultTtlMs, Properties.DefaultMessageTimeToLive),
        rules: subscription.Rules?.map(toRule) ?? [MATCH_ALL],
      };
    }),
  };
}

function toReceiving(properties: ReceivingProperties): QueueSettings {
  return {
    lockDurationMs: properties.LockDuration,
    maxDeliveryCount: properties.MaxDeliveryCount,
    defaultTtlMs: properties.DefaultMessageTimeToLive,
    deadLetterOnExpiry: properties.DeadLetteringOnMessageExpiration,
    requiresSession: properties.RequiresSession,
  };
}

function toSending(properties: SendingProperties): {
  duplicateWindowMs: number | undefined;
  maxSizeBytes: number | undefined;
} {
  return {
    duplicateWindowMs: properties.RequiresDuplicateDetection
      ? properties.DuplicateDetectionHistoryTimeWindow
      : undefined,
    maxSizeBytes:
      properties.MaxSizeInMegabytes === undefined ? undefined : properties.MaxSizeInMegabytes * BYTES_PER_MEGABYTE,
  };
}

function toRule({ Name, Properties }: RuleConfig): RuleDescription {
  if (Properties.FilterType === 'Sql') {
    parseSqlFilter(Properties.SqlFilter.SqlExpression);
    return { name: Name, filter: { sql: Properties.SqlFilter.SqlExpression } };
  }
  const given = Properties.CorrelationFilter;
  return {
    name: Name,
    filter: {
      correlation: {
        contentType: given.ContentType,
        correlationId: given.CorrelationId,
        subject: given.Label,
        messageId: given.MessageId,
        replyTo: given.ReplyTo,
        replyToSessionId: given.ReplyToSessionId,
        sessionId: given.SessionId,
        to: given.To,
        properties: Object.fromEntries(
          Object.entries(given.Properties ?? {}).map(([name, value]) => [name, encodeValue(toAmqpValue(value))]),
        ),
      },
    },
  };
}

function refuseDuplicates(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase()))
      throw configError([`${name}: there are two entities of this name (case does not tell them apart)`]);
    seen.add(name.toLowerCase());
  }
}

const configError = (problems: readonly string[]): Error =>
  new Error(`The Service Bus configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
