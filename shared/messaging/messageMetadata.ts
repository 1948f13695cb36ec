/** What the bus says of a message that it gives out. */
export interface MessageArrival {
  /** How often it has been given out, this time included. */
  readonly deliveryCount: number;
  /** When the bus took it (milliseconds since the epoch), where the platform says so. */
  readonly enqueuedAtMs?: number;
}

/**
 * Reads the trigger metadata of the platform (`deliveryCount`, `enqueuedTimeUtc`). A count that is not there is taken for a
 * repeated message, which is the safe reading. Pure.
 */
export function toEventArrival(metadata: Readonly<Record<string, unknown>> | undefined): MessageArrival {
  const { deliveryCount, enqueuedTimeUtc } = metadata ?? {};
  const enqueuedAtMs =
    typeof enqueuedTimeUtc === 'string' || enqueuedTimeUtc instanceof Date ? new Date(enqueuedTimeUtc).getTime() : NaN;
  return {
    deliveryCount: typeof deliveryCount === 'number' ? deliveryCount : 2,
    ...(Number.isFinite(enqueuedAtMs) && { enqueuedAtMs }),
  };
}
