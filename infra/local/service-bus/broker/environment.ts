import type { Clock } from '../../../../shared/clock';
import type { MessageStore } from '../store/messageStore';
import type { TimerHeap } from './timerHeap';

/** What all parts of one broker share. */
export interface BrokerEnvironment {
  readonly clock: Clock;
  readonly timers: TimerHeap;
  /** Undefined: everything is in memory only. */
  readonly store: MessageStore | undefined;
}
