import type { RelayEvent } from '../invitations/relayEvent';
import type { DeliveredEvent, QueuedMessage } from './deliveryMessage';
import type { OrderRow } from './orderRule';

export type { SubscriptionStore } from './subscriptions/subscriptionStore';

/** A message for the queue, and from when on it is to be seen (milliseconds since the epoch): at once unless told. */
export interface QueuedDelivery {
  readonly message: QueuedMessage;
  readonly atMs?: number | undefined;
}

/** The queue `webhook-deliveries`. Errors: `busUnavailable`, `busRefused`, `messageTooLarge`. */
export interface DeliveryQueue {
  /** Resolves when the bus has accepted all of them. Twice the same message is once, within the queue's duplicate window. */
  enqueue(deliveries: readonly QueuedDelivery[]): Promise<void>;
}

/** Every event of a call that this subscriber was to hear, in no order. */
export type CallOrder = (subscriptionId: string) => readonly OrderRow[];

/** How far each event of an invitation has come with each subscriber. All of it may be done twice. Errors: `storageUnavailable`. */
export interface DeliveryOrder {
  /**
   * Notes an event as pending with each of the subscribers; what is known of it already stays. Resolves to whether it is
   * known to begin the call: then its end has not been noted before, with anybody.
   */
  open(event: DeliveredEvent, subscriptionIds: readonly string[]): Promise<boolean>;
  /** Makes an event pending again with one subscriber, for a new round. */
  reopen(event: DeliveredEvent, subscriptionId: string, round: number): Promise<void>;
  /** How the subject's events stand: all that was noted before it was asked for. */
  read(subject: string): Promise<CallOrder>;
  /** Notes that an event may be on its way from now on. */
  begin(event: DeliveredEvent, subscriptionId: string): Promise<void>;
  /** Notes how far an event has come by an entry of the log. */
  advance(entry: DeliveryLogEntry): Promise<void>;
}

/** How a delivery stands after a log entry. */
export const deliveryOutcomes = ['delivered', 'retrying', 'expired', 'dead', 'disabled'] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

/** One attempt, or the end of a delivery without one. Holds no event data, so that erasing a person need not look here. */
export interface DeliveryLogEntry {
  readonly subscriptionId: string;
  /** deliveryIdOf its event. */
  readonly deliveryId: string;
  readonly eventId: string;
  readonly type: string;
  readonly subject: string;
  readonly round: number;
  /** The attempt made; without one (`attempted: false`) the attempt that was due. */
  readonly attempt: number;
  readonly attempted: boolean;
  readonly atMs: number;
  readonly durationMs: number;
  readonly outcome: DeliveryOutcome;
  readonly status?: number;
  readonly reason?: string;
  /** The answer's first 4 KiB, redacted. */
  readonly response?: string;
  readonly nextAtMs?: number;
}

/** Totals of a subscription since it was made: what its log entries add up to. A delivery (and each repeated round) counts when it ends. */
export interface DeliveryCounts {
  readonly attempts: number;
  readonly delivered: number;
  readonly expired: number;
  readonly dead: number;
  readonly disabled: number;
  /** Attempts that failed since the last success. */
  readonly failuresInRow: number;
  /** Since when nothing has succeeded; absent while the last attempt did. */
  readonly failingSinceMs?: number;
  readonly lastDeliveredMs?: number;
  readonly lastFailedMs?: number;
}

/** The delivery log. Errors: `storageUnavailable`. */
export interface DeliveryLog {
  /**
   * Resolves when the entry is durable, to the counts of what this process and those that share its row have written: all
   * of it is in `counts`. Written twice, it counts twice.
   * @param isAwaited that someone waits for it: it may not wait for others, to be written with them.
   */
  write(entry: DeliveryLogEntry, isAwaited?: boolean): Promise<DeliveryCounts>;
  /** Someone waits for what is being written. */
  hasten(): void;
  /** The entry of this attempt, or of the end in its place, among those recorded since then. */
  find(
    attempt: Pick<DeliveryLogEntry, 'subscriptionId' | 'eventId' | 'round' | 'attempt'>,
    sinceMs: number,
  ): Promise<DeliveryLogEntry | undefined>;
  /** The latest first. `cursor` continues after a page; while there is one, a page may hold less than its limit, or nothing. */
  page(
    subscriptionId: string,
    options: { readonly limit: number; readonly cursor?: string },
  ): Promise<{ readonly entries: readonly DeliveryLogEntry[]; readonly cursor?: string }>;
  /** The latest entry of each delivery whose event is not older than `sinceMs`, by delivery id. */
  latestSince(subscriptionId: string, sinceMs: number): Promise<ReadonlyMap<string, DeliveryLogEntry>>;
  counts(subscriptionId: string): Promise<DeliveryCounts>;
}

/** What is known of deliveries: an attempt is written to the log, and its event advanced by it; a crash may come between. */
export interface DeliveryJournal extends DeliveryOrder, DeliveryLog {}

/** The events that subscribers were to hear, without SDP, for sending them again. Errors: `storageUnavailable`. */
export interface DeliveryArchive {
  /** Idempotent. */
  keep(event: RelayEvent): Promise<void>;
  find(event: Pick<DeliveredEvent, 'id' | 'timeMs'>): Promise<RelayEvent | undefined>;
  /** Oldest first. */
  since(sinceMs: number): AsyncIterable<RelayEvent>;
}
