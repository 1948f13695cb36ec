import { stableId } from '../events/eventIdentity';
import type { ChannelGap, ChannelGapEvent } from '../events/relayEvent';

/** A hole in an account's channel, as the session saw it. */
export interface GapFacts {
  readonly account: string;
  readonly applicationId: string;
  readonly cause: ChannelGap['cause'];
  /** Milliseconds since the epoch: the last moment at which the channel was known whole. */
  readonly afterMs: number;
  /** Milliseconds since the epoch: the moment at which it was whole again; also the event's time. */
  readonly beforeMs: number;
}

/** The gap as an event; the same gap always has the same id. */
export function toGapEvent({ account, applicationId, cause, afterMs, beforeMs }: GapFacts): ChannelGapEvent {
  const [after, before] = [new Date(afterMs).toISOString(), new Date(beforeMs).toISOString()];
  return {
    id: stableId('gap', account.toLowerCase(), applicationId, cause, after, before),
    type: 'ucwa.channel.gap',
    account,
    subject: account,
    timeMs: beforeMs,
    data: { account, cause, after, before },
  };
}
