import type { Payload } from '../../wire/payload';
import type { BrokerMessage } from './brokerMessage';

/** How a message comes in: what is not given is new. */
export interface Arrival {
  readonly enqueuedSequenceNumber?: number;
  readonly enqueuedTimeMs?: number;
  readonly applicationProperties?: Buffer | undefined;
  readonly deliveryCount?: number;
}

/**
 * A message as it enters a queue.
 * @param ttlMs how long the queue lets it live; its own time to live may end it sooner. Undefined: it does not expire
 * there, whatever it says.
 * @param scheduledForMs when it is to become active; what is scheduled does not expire.
 */
export function createMessage(
  payload: Payload,
  sequenceNumber: number,
  nowMs: number,
  ttlMs: number | undefined,
  arrival: Arrival,
  scheduledForMs?: number,
): BrokerMessage {
  const enqueuedTimeMs = arrival.enqueuedTimeMs ?? nowMs;
  const livesMs =
    ttlMs === undefined || scheduledForMs !== undefined ? Infinity : Math.min(ttlMs, payload.ttlMs ?? Infinity);
  return {
    sequenceNumber,
    enqueuedSequenceNumber: arrival.enqueuedSequenceNumber ?? sequenceNumber,
    enqueuedTimeMs,
    payload,
    expiresAtMs: enqueuedTimeMs + livesMs,
    scheduledForMs,
    applicationProperties: arrival.applicationProperties ?? payload.applicationProperties,
    deliveryCount: arrival.deliveryCount ?? 0,
    state: scheduledForMs === undefined ? 'active' : 'scheduled',
    lock: undefined,
    expiry: undefined,
  };
}
