import type { InvitationData } from '../invitationData';

/** One event as the domain knows it; `messaging/` turns it into CloudEvents JSON and a Service Bus message. */
export interface RelayEvent<Type extends string = string, Data = unknown> {
  /** Stable and without a full stop: the same occurrence read twice has the same id. CloudEvents `id`, Service Bus `messageId`. */
  readonly id: string;
  readonly type: Type;
  /** The account's SIP URI; CloudEvents `source` is made from it. */
  readonly account: string;
  /** The invitation id where there is one, else the account. CloudEvents `subject` and `partitionkey`, Service Bus `sessionId`. */
  readonly subject: string;
  /** When the relay received it: milliseconds since the epoch. */
  readonly timeMs: number;
  /** Orders the events of one invitation as text; not dense; compares nothing else. */
  readonly sequence?: string;
  /** threadId of the conversation. CloudEvents `correlationid`, Service Bus `correlationId`. */
  readonly correlationId?: string;
  /** The moment (milliseconds since the epoch) after which a ring is surely over; on started and updated only. */
  readonly expiryTimeMs?: number;
  readonly traceParent?: string;
  readonly data: Data;
}

/** The invitation that an event is about, by which what is said of one call is found; undefined where it is about none. */
export function invitationIdOf({
  type,
  account,
  subject,
}: Pick<RelayEvent, 'type' | 'account' | 'subject'>): string | undefined {
  return subject === account || type.startsWith('ucwa.subscription.') ? undefined : subject;
}

export type InvitationEventType = `ucwa.${string}.${'started' | 'updated' | 'completed'}`;
export type InvitationEvent = RelayEvent<InvitationEventType, InvitationData>;

/** A hole in an account's channel: what consumers thought open may have ended unseen. */
export interface ChannelGap {
  readonly account: string;
  readonly cause: 'resume' | 'applicationLost' | 'outage' | 'channelGone';
  /** ISO 8601: the last moment at which the channel was known whole. */
  readonly after: string;
  /** ISO 8601: the moment at which it was whole again. */
  readonly before: string;
}
export type ChannelGapEvent = RelayEvent<'ucwa.channel.gap', ChannelGap>;

/** What could not be normalised, for the queue `unreadable-events`. */
export interface UnreadableEvent {
  /** Stable, as RelayEvent.id. */
  readonly id: string;
  readonly account: string;
  readonly timeMs: number;
  readonly sequence?: string;
  /** A sentence for a person: what was wrong. */
  readonly reason: string;
  /** The raw text. */
  readonly raw: string;
}
