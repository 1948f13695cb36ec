import type { Payload } from '../wire/payload';
import { BrokerError } from './brokerError';
import { DuplicateWindow } from './messages/duplicateWindow';
import type { BrokerEnvironment } from './environment';
import type { MessageQueue } from './messageQueue';
import type { StorageQuota } from './storageQuota';

/** What an entity asks of the messages sent to it. */
export interface IngressRules {
  /** Undefined: duplicates are not looked for. */
  readonly duplicateWindowMs: number | undefined;
  readonly requiresSession: boolean;
}

/** What an entity does with the messages that it takes in. */
export interface IngressParts {
  readonly quota: StorageQuota;
  readonly env: BrokerEnvironment;
  /** Gives out sequence numbers, and holds scheduled messages back. */
  readonly holder: MessageQueue;
  readonly arrive: (payload: Payload) => void;
  /** All of one send have arrived. */
  readonly arrived: () => void;
}

/** The way into a queue or topic: whether messages fit, have what they need, are new, and are already due. */
export class Ingress {
  private readonly duplicates: DuplicateWindow | undefined;

  constructor(
    readonly address: string,
    private readonly rules: IngressRules,
    private readonly parts: IngressParts,
  ) {
    if (rules.duplicateWindowMs !== undefined)
      this.duplicates = new DuplicateWindow(address, rules.duplicateWindowMs, parts.env);
  }

  /**
   * Takes all, or throws and takes none; duplicates are dropped in silence, as Azure does. A message with a scheduled
   * time in the future is held back until then.
   * @throws BrokerError entityFull, notAllowed (no session id where one is needed)
   */
  accept(payloads: readonly Payload[]): void {
    this.check(payloads);
    const nowMs = this.parts.env.clock.now();
    for (const payload of payloads) {
      if (this.duplicates?.isDuplicate(payload.messageId) === true) continue;
      const atMs = payload.scheduledEnqueueTimeMs ?? 0;
      if (atMs > nowMs) this.parts.holder.schedule(payload, atMs);
      else this.parts.arrive(payload);
    }
    this.parts.arrived();
  }

  /**
   * Holds each back until its scheduled time; returns their sequence numbers in order. A duplicate gets one too: its
   * sender does not notice.
   */
  schedule(payloads: readonly Payload[]): number[] {
    this.check(payloads);
    const { holder } = this.parts;
    const nowMs = this.parts.env.clock.now();
    return payloads.map((payload) =>
      this.duplicates?.isDuplicate(payload.messageId) === true
        ? holder.nextSequenceNumber()
        : holder.schedule(payload, payload.scheduledEnqueueTimeMs ?? nowMs),
    );
  }

  /** @throws BrokerError messageNotFound, cancelling none, unless all are scheduled. */
  cancelScheduled(sequenceNumbers: readonly number[]): void {
    this.parts.holder.cancelScheduled(sequenceNumbers);
  }

  private check(payloads: readonly Payload[]): void {
    this.parts.quota.check(payloads);
    if (!this.rules.requiresSession || payloads.every(({ sessionId }) => sessionId !== undefined)) return;
    throw new BrokerError(
      'notAllowed',
      `The SessionId was not set on a message, and it cannot be sent to the entity '${this.address}'. Entities ` +
        `that have session support enabled can only receive messages that have the SessionId set to a valid value.`,
    );
  }
}
