import type { ParsedConfig } from './configSchema';
import { formatDuration } from './formatDuration';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The only name of a namespace that Microsoft's emulator takes. */
const NAMESPACE = 'sbemulatorns';
const MOST_ENTITIES = 50;
const MOST_DELIVERIES = 10;
const timeToLive = { leastMs: 5 * MINUTE_MS, mostMs: HOUR_MS };
const lockDuration = { leastMs: 5 * SECOND_MS, mostMs: 5 * MINUTE_MS };
const subscriptionLockDuration = { leastMs: MINUTE_MS, mostMs: 5 * MINUTE_MS };
const duplicateWindow = { leastMs: 20 * SECOND_MS, mostMs: 5 * MINUTE_MS };

type NamespaceConfig = ParsedConfig['UserConfig']['Namespaces'][number];
type Limits = typeof timeToLive;

/**
 * A line for each entity (and for the namespace) that has here what Microsoft's emulator would refuse, with what that takes
 * (learn.microsoft.com, "Service Bus emulator", quotas; Azure/azure-service-bus-emulator-installer, Config-schema.json).
 */
export function notesOnEmulatorLimits({ Name, Queues, Topics }: NamespaceConfig): string[] {
  return [
    ...line('namespace', [
      ...(Name === NAMESPACE ? [] : [`the name is ${Name} (emulator: ${NAMESPACE})`]),
      ...tooMany('queues and topics', Queues.length + Topics.length),
    ]),
    ...Queues.flatMap(({ Name: name, Properties }) =>
      line(name, [...receiving(Properties, lockDuration), ...sending(Properties)]),
    ),
    ...Topics.flatMap(({ Name: topic, Properties, Subscriptions }) => [
      ...line(topic, [
        ...duration('DefaultMessageTimeToLive', Properties.DefaultMessageTimeToLive, timeToLive),
        ...sending(Properties),
        ...tooMany('subscriptions', Subscriptions.length),
      ]),
      ...Subscriptions.flatMap(({ Name: name, Properties: properties }) =>
        line(`${topic}/Subscriptions/${name}`, receiving(properties, subscriptionLockDuration)),
      ),
    ]),
  ];
}

const line = (entity: string, differences: readonly string[]): string[] =>
  differences.length === 0 ? [] : [`${entity}: ${differences.join(', ')}`];

const tooMany = (what: string, count: number): string[] =>
  count > MOST_ENTITIES ? [`there are ${count} ${what} (emulator: at most ${MOST_ENTITIES})`] : [];

function receiving(
  properties: NamespaceConfig['Topics'][number]['Subscriptions'][number]['Properties'],
  lock: Limits,
): string[] {
  const { DefaultMessageTimeToLive, LockDuration, MaxDeliveryCount } = properties;
  return [
    ...duration('DefaultMessageTimeToLive', DefaultMessageTimeToLive, timeToLive),
    ...duration('LockDuration', LockDuration, lock),
    ...(MaxDeliveryCount > MOST_DELIVERIES
      ? [`MaxDeliveryCount is ${MaxDeliveryCount} (emulator: at most ${MOST_DELIVERIES})`]
      : []),
  ];
}

function sending(properties: NamespaceConfig['Topics'][number]['Properties']): string[] {
  const { DuplicateDetectionHistoryTimeWindow, MaxSizeInMegabytes } = properties;
  return [
    ...duration('DuplicateDetectionHistoryTimeWindow', DuplicateDetectionHistoryTimeWindow, duplicateWindow),
    ...(MaxSizeInMegabytes === undefined ? [] : [`MaxSizeInMegabytes is ${MaxSizeInMegabytes} (emulator: not known)`]),
  ];
}

const duration = (property: string, valueMs: number, { leastMs, mostMs }: Limits): string[] =>
  valueMs >= leastMs && valueMs <= mostMs
    ? []
    : [`${property} is ${formatDuration(valueMs)} (emulator: ${formatDuration(leastMs)} to ${formatDuration(mostMs)})`];
