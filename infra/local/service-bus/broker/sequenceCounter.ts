import type { MessageStore } from '../store/messageStore';

/** How many numbers are reserved at once, so that counting costs one stored write in so many messages. */
const RESERVED = 10_000;

/** Sequence numbers of one entity: 1, 2, 3 …; never used twice, also after a restart. */
export class SequenceCounter {
  private last: number;
  private ceiling: number;

  constructor(
    private readonly entity: string,
    private readonly store: MessageStore | undefined,
  ) {
    this.last = store?.ceiling(entity) ?? 0;
    this.ceiling = this.last;
  }

  next(): number {
    this.last += 1;
    if (this.last > this.ceiling) {
      this.ceiling = this.last + RESERVED;
      this.store?.reserve(this.entity, this.ceiling);
    }
    return this.last;
  }
}
