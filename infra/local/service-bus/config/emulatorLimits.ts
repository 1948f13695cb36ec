import type { QueueEntitySettings } from '../broker/queueEntity';
import type { TopicSettings } from '../broker/topic';

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;

/** What Microsoft's emulator takes (learn.microsoft.com, "Service Bus emulator", quotas); this broker takes more, and less. */
const limits = {
  timeToLive: { leastMs: SECOND_MS, mostMs: HOUR_MS },
  lockDuration: { leastMs: 5 * SECOND_MS, mostMs: 300 * SECOND_MS },
  duplicateWindow: { leastMs: 20 * SECOND_MS, mostMs: 300 * SECOND_MS },
} as const;

const MOST_ENTITIES = 50;

/** A line for everything in the configuration that Microsoft's emulator would not take, so that nobody is surprised there. */
export function notesOnEmulatorLimits(
  queues: readonly QueueEntitySettings[],
  topics: readonly TopicSettings[],
): string[] {
  const receivers = [
    ...queues,
    ...topics.flatMap(({ name, subscriptions }) =>
      subscriptions.map((one) => ({ ...one, name: `${name}/Subscriptions/${one.name}` })),
    ),
  ];
  return [
    ...(queues.length + topics.length > MOST_ENTITIES
      ? [`more than ${MOST_ENTITIES} queues and topics: Microsoft's emulator takes no more`]
      : []),
    ...receivers.flatMap(({ name, defaultTtlMs, lockDurationMs }) => [
      ...note(name, 'DefaultMessageTimeToLive', defaultTtlMs, limits.timeToLive),
      ...note(name, 'LockDuration', lockDurationMs, limits.lockDuration),
    ]),
    ...[...queues, ...topics].flatMap(({ name, duplicateWindowMs }) =>
      note(name, 'DuplicateDetectionHistoryTimeWindow', duplicateWindowMs, limits.duplicateWindow),
    ),
  ];
}

function note(
  entity: string,
  property: string,
  valueMs: number | undefined,
  { leastMs, mostMs }: { leastMs: number; mostMs: number },
): string[] {
  if (valueMs === undefined || (valueMs >= leastMs && valueMs <= mostMs)) return [];
  return [
    `${entity}: ${property} of ${valueMs / SECOND_MS} s is taken here; Microsoft's emulator takes ${leastMs / SECOND_MS} to ${mostMs / SECOND_MS} s`,
  ];
}
