import type { BrokerMessage } from './brokerMessage';

const COMPACT_AFTER = 1024;

/**
 * Messages that wait to be received, in the order of their sequence numbers. New ones join at the end in O(1); what
 * comes back from a receiver returns to its own place through a small heap. What has gone meanwhile is skipped.
 */
export class ReadyList {
  private fresh: BrokerMessage[] = [];
  private head = 0;
  private readonly returned: BrokerMessage[] = [];

  push(message: BrokerMessage): void {
    this.fresh.push(message);
  }

  giveBack(message: BrokerMessage): void {
    const heap = this.returned;
    let at = heap.push(message) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || parent.sequenceNumber <= message.sequenceNumber) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = message;
  }

  /** The first message, taken off the list. */
  take(): BrokerMessage | undefined {
    this.skipGone();
    const fresh = this.fresh[this.head];
    const back = this.returned[0];
    if (back !== undefined && (fresh === undefined || back.sequenceNumber < fresh.sequenceNumber))
      return this.takeReturned();
    if (fresh !== undefined) this.advance();
    return fresh;
  }

  /** Forgets messages that are gone from the front, so that they can be freed; amortised O(1). */
  skipGone(): void {
    while (this.fresh[this.head]?.state === 'gone') this.advance();
    while (this.returned[0]?.state === 'gone') this.takeReturned();
  }

  private advance(): void {
    this.head += 1;
    if (this.head < COMPACT_AFTER || this.head * 2 < this.fresh.length) return;
    this.fresh = this.fresh.slice(this.head);
    this.head = 0;
  }

  private takeReturned(): BrokerMessage | undefined {
    const heap = this.returned;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const smaller = right !== undefined && left !== undefined && right.sequenceNumber < left.sequenceNumber;
      const child = smaller ? right : left;
      if (child === undefined || child.sequenceNumber >= last.sequenceNumber) break;
      heap[at] = child;
      at = 2 * at + (smaller ? 2 : 1);
    }
    heap[at] = last;
    return first;
  }
}
