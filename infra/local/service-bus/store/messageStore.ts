import type { BrokerMessage } from '../broker/messages/brokerMessage';
import type { RuleDescription } from '../filters/ruleDescription';

/** What is stored of a message: enough to make it again. */
export interface StoredMessage {
  readonly sequenceNumber: number;
  readonly enqueuedSequenceNumber: number;
  readonly enqueuedTimeMs: number;
  readonly scheduledForMs: number | undefined;
  readonly deliveryCount: number;
  /** The message as it was sent. */
  readonly raw: Buffer;
  /** The id that the broker stamped or the client gave. */
  readonly messageId: string;
  /** Undefined: as they were sent. */
  readonly applicationProperties: Buffer | undefined;
}

/**
 * Keeps what the broker has accepted. Writes are called in order and may be gathered: they are safe against the end of
 * the process once a `committed()` that was called after them has resolved. Entities are named by their address.
 */
export interface MessageStore {
  save(entity: string, message: BrokerMessage): void;
  remove(entity: string, sequenceNumber: number): void;
  /** Sequence numbers below `ceiling` may be in use; after a restart counting goes on from there. */
  reserve(entity: string, ceiling: number): void;
  saveSessionState(entity: string, sessionId: string, state: Buffer | undefined): void;
  saveRules(entity: string, rules: readonly RuleDescription[]): void;
  remember(entity: string, messageId: string, untilMs: number): void;
  forget(entity: string, messageId: string, untilMs: number): void;

  /** In ascending order of sequence numbers. */
  messages(entity: string): Iterable<StoredMessage>;
  ceiling(entity: string): number;
  sessionStates(entity: string): Iterable<readonly [sessionId: string, state: Buffer]>;
  rules(entity: string): readonly RuleDescription[] | undefined;
  /** Message ids of the duplicate window, the oldest first, each with its end. */
  remembered(entity: string): Iterable<readonly [messageId: string, untilMs: number]>;

  /** @throws BrokerError entityFull when what was written before cannot be stored; later writes may succeed again. */
  committed(): Promise<void>;
  close(): Promise<void>;
}
