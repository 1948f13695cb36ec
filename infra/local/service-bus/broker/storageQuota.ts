import type { Payload } from '../wire/payload';
import { BrokerError } from './brokerError';

/** The size of an entity with all its subscriptions and dead letters; a message that many subscriptions hold counts once. */
export class StorageQuota {
  private usedBytes = 0;

  constructor(
    private readonly entity: string,
    private readonly limitBytes: number = Infinity,
  ) {}

  /** @throws BrokerError entityFull when these messages do not fit (Azure: "The maximum entity size has been reached or exceeded"). */
  check(payloads: readonly Payload[]): void {
    if (this.limitBytes === Infinity) return;
    const addedBytes = payloads.reduce((sum, { raw }) => sum + raw.length, 0);
    if (this.usedBytes + addedBytes <= this.limitBytes) return;
    throw new BrokerError(
      'entityFull',
      `The maximum entity size has been reached or exceeded for '${this.entity}'. Size of entity in bytes: ` +
        `${this.usedBytes}, max entity size in bytes: ${this.limitBytes}.`,
    );
  }

  retain(payload: Payload): void {
    if (payload.holders === 0) this.usedBytes += payload.raw.length;
    payload.holders += 1;
  }

  release(payload: Payload): void {
    payload.holders -= 1;
    if (payload.holders === 0) this.usedBytes -= payload.raw.length;
  }
}
