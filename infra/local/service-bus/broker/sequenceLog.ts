import type { BrokerMessage } from './messages/brokerMessage';

const COMPACT_AFTER = 1024;

/**
 * Every message of a queue by its sequence number, whatever its state: what peek walks. Numbers only ever grow, so
 * appending is O(1), finding is a binary search, and removing leaves a hole that is swept when holes are the majority.
 */
export class SequenceLog {
  private entries: { readonly sequenceNumber: number; message: BrokerMessage | undefined }[] = [];
  private held = 0;

  get size(): number {
    return this.held;
  }

  append(message: BrokerMessage): void {
    this.entries.push({ sequenceNumber: message.sequenceNumber, message });
    this.held += 1;
  }

  remove(message: BrokerMessage): void {
    const entry = this.entries[this.firstFrom(message.sequenceNumber)];
    if (entry?.message !== message) return;
    entry.message = undefined;
    this.held -= 1;
    if (this.entries.length > COMPACT_AFTER && this.held * 2 < this.entries.length) {
      this.entries = this.entries.filter((kept) => kept.message !== undefined);
    }
  }

  find(sequenceNumber: number): BrokerMessage | undefined {
    const entry = this.entries[this.firstFrom(sequenceNumber)];
    return entry?.sequenceNumber === sequenceNumber ? entry.message : undefined;
  }

  /** The messages from `sequenceNumber` on, in order. */
  *from(sequenceNumber: number): Generator<BrokerMessage> {
    for (let at = this.firstFrom(sequenceNumber); at < this.entries.length; at += 1) {
      const message = this.entries[at]?.message;
      if (message !== undefined) yield message;
    }
  }

  private firstFrom(sequenceNumber: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.entries[middle]?.sequenceNumber ?? Infinity) < sequenceNumber) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
