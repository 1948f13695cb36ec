import type { InvitationPage, InvitationQuery } from './invitationPage';
import type { InvitationHead } from '../invitationHead';
import type { ChannelGapEvent, RelayEvent } from '../events/relayEvent';
import type { RecordedEvent, TroubledDelivery } from './callRecords';
import type { DeliveryOutcome, LaterAttempt } from './deliveryResult';

/** One page of a call's partition. */
export interface TimelinePage {
  /** Events in sequence, then contexts and settled commands by their time. */
  readonly events: readonly RecordedEvent[];
  readonly attempts: readonly (LaterAttempt & { readonly eventId: string })[];
  /** Gaps of the account's channel between the first event on the page and the last, or now while the call is active. */
  readonly gaps: readonly ChannelGapEvent[];
  /** Opaque; absent after the last page. A page holds at most 1,000 rows and 1 MiB. */
  readonly cursor?: string;
}

export interface GapQuery {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly limit: number;
  readonly cursor?: string;
}

export interface DeliveryQuery {
  readonly outcome?: DeliveryOutcome;
  /** HTTP status of the last response. */
  readonly status?: number;
  /** Bounds of the time of the event (milliseconds since the epoch): from the one on, and before the other. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  readonly invitationId?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** What callers are shown of calls and deliveries. Errors: `storageUnavailable`; `requestInvalid` for a made-up cursor. */
export interface CallViews {
  /** The call's newest snapshot and state; a gap of its account's channel may have ended it. */
  head(invitationId: string): Promise<InvitationHead | undefined>;
  /** Its events in sequence. Empty for an invitation that is not known. */
  history(invitationId: string): Promise<readonly RelayEvent[]>;
  /** The newest first; each invitation once. `state=active` reads the last ten minutes only. */
  list(query: InvitationQuery): Promise<InvitationPage>;
  timeline(invitationId: string, cursor?: string): Promise<TimelinePage>;
  /** Gaps of an account's channel that ended between the two moments, the earliest first. */
  gaps(
    account: string,
    query: GapQuery,
  ): Promise<{ readonly gaps: readonly ChannelGapEvent[]; readonly cursor?: string }>;
  /**
   * Deliveries that were not `delivered` at their first attempt, the newest event first. While there is a cursor, a page may
   * hold less than its limit, or nothing.
   */
  deliveries(
    subscriptionId: string,
    query: DeliveryQuery,
  ): Promise<{ readonly deliveries: readonly TroubledDelivery[]; readonly cursor?: string }>;
  /** The delivery of this event to this subscription, if it was not `delivered` at its first attempt. */
  delivery(subscriptionId: string, event: RelayEvent): Promise<TroubledDelivery | undefined>;
  /** How many attempts to this subscription failed since then, by the rows of its deliveries. */
  failuresSince(subscriptionId: string, sinceMs: number): Promise<number>;
  /** Every event recorded between the two moments, the newest first, without duplicates; by the feed. */
  recordedBetween(sinceMs: number, untilMs: number): AsyncIterable<RecordedEvent>;
  /** The event that a delivery id names (see toDeliveryId); undefined for what is no delivery id or not on record any more. */
  findByDeliveryId(deliveryId: string): Promise<RecordedEvent | undefined>;
  /** Removes the deliveries of a subscription that is gone. */
  removeDeliveries(subscriptionId: string): Promise<void>;
}
