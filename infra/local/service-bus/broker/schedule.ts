import { BrokerError } from './brokerError';
import type { BrokerMessage } from './messages/brokerMessage';
import type { Timer, TimerHeap } from './timerHeap';

/** Messages that wait for their time, by sequence number. */
export class Schedule {
  private readonly held = new Map<number, { readonly message: BrokerMessage; readonly timer: Timer }>();

  constructor(
    private readonly timers: TimerHeap,
    private readonly whenDue: (message: BrokerMessage) => void,
  ) {}

  get size(): number {
    return this.held.size;
  }

  add(message: BrokerMessage, atMs: number): void {
    const timer = this.timers.at(atMs, () => {
      this.held.delete(message.sequenceNumber);
      this.whenDue(message);
    });
    this.held.set(message.sequenceNumber, { message, timer });
  }

  /** Takes these messages off the schedule: all, or none. @throws BrokerError messageNotFound */
  cancel(sequenceNumbers: readonly number[]): BrokerMessage[] {
    for (const number of sequenceNumbers) {
      if (!this.held.has(number))
        throw new BrokerError('messageNotFound', `There is no scheduled message with the sequence number ${number}.`);
    }
    return sequenceNumbers.flatMap((number) => {
      const found = this.held.get(number);
      if (found === undefined) return [];
      this.timers.cancel(found.timer);
      this.held.delete(number);
      return [found.message];
    });
  }
}
