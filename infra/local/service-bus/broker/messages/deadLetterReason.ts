/** Why a message goes to the dead-letter queue, and what else is set on it there. */
export interface DeadLetterReason {
  readonly reason: string | undefined;
  readonly description: string | undefined;
  readonly properties?: ReadonlyMap<string, unknown>;
}

/** The application properties that tell it. */
export function deadLetterProperties({
  reason,
  description,
  properties,
}: DeadLetterReason): ReadonlyMap<string, unknown> {
  const changes = new Map(properties);
  if (reason !== undefined) changes.set('DeadLetterReason', reason);
  if (description !== undefined) changes.set('DeadLetterErrorDescription', description);
  return changes;
}

/** Reasons that the bus itself gives (Microsoft's "Overview of Service Bus dead-letter queues"). */
export const systemReasons = {
  expired: { reason: 'TTLExpiredException', description: 'The message expired and was dead lettered.' },
  noSession: {
    reason: 'Session ID is null.',
    description: "Session enabled entity doesn't allow a message whose session identifier is null.",
  },
  tooManyDeliveries: (count: number): DeadLetterReason => ({
    reason: 'MaxDeliveryCountExceeded',
    description: `Message could not be consumed after ${count} delivery attempts.`,
  }),
} as const;
