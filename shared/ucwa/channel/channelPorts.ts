import type { Clock } from '../../clock';
import type { RelayError } from '../../errors/relayError';
import type { Application } from '../application';
import type { HttpResponse } from '../httpResponse';
import type { MemoryBudget } from './memoryBudget';
import type { StallMonitor } from './stallMonitor';

/** What the event channel needs of its session. */
export interface ChannelPorts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly budget: MemoryBudget;
  readonly stalls: Pick<StallMonitor, 'stalledMs'>;
  /** The application, signed in and made available. */
  open(signal: AbortSignal): Promise<{ readonly application: Application; readonly created: boolean }>;
  /** The application is of no use any more: the next `open` makes another. */
  abandon(path: string, signal: AbortSignal): Promise<void>;
  /** The next request discovers the pool and signs in afresh. */
  forgetPool(): void;
  poll(path: string, signal: AbortSignal): Promise<HttpResponse>;
  /** One small request to the pool, whose response shows in `lastResponseMs`. Never rejects. */
  probe(path: string, signal: AbortSignal): Promise<void>;
  /** On the monotonic clock, when the pool itself last responded to any request of the session. */
  lastResponseMs(): number | undefined;
  /** A poll is held by a pool that is there. */
  connected(): void;
  /** A poll was responded to. */
  polled(): void;
  /** Something between has cut a poll after that long, and the pool is there. */
  cutWhileIdle(heldMs: number): void;
  /** Gets every error, and how long is waited now; undefined when the channel stops. */
  failed(error: RelayError, waitMs: number | undefined): void;
}
