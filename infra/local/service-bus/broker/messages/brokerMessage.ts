import type { Payload } from '../../wire/payload';
import type { Timer } from '../timerHeap';

/** A receiver's claim on one message. It is lost when the message's `lock` is no longer this one. */
export interface MessageLock {
  readonly message: BrokerMessage;
  /** In the byte order of RFC 9562. */
  readonly token: Buffer;
  /** The key in maps. */
  readonly key: string;
  /** When it ends, in ms since the epoch; messages of one session share their session's term. */
  readonly term: { untilMs: number };
}

/** One message in one queue or subscription. */
export interface BrokerMessage {
  readonly sequenceNumber: number;
  /** The number it had where it came in first: of the topic, or of the queue it was dead-lettered from. */
  readonly enqueuedSequenceNumber: number;
  readonly enqueuedTimeMs: number;
  readonly payload: Payload;
  /** Infinity: never. */
  readonly expiresAtMs: number;
  /** Where `state` is scheduled: when it becomes active. */
  readonly scheduledForMs: number | undefined;
  /** The section with its descriptor; its own, because settling may change it. */
  applicationProperties: Buffer;
  /** Completed deliveries: 0 on the first. */
  deliveryCount: number;
  /** `gone`: completed, expired or moved; lists that still mention it skip it. */
  state: 'active' | 'locked' | 'scheduled' | 'gone';
  lock: MessageLock | undefined;
  expiry: Timer | undefined;
}
