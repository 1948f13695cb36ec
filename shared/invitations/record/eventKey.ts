import { createHash } from 'node:crypto';
import { CONTEXT_EVENT_TYPE } from '../calls/callEvent';
import { accountKey } from '../invitationId';
import type { RelayEvent } from '../events/relayEvent';
import { newestFirst, toTimeKey } from './timeKeys';

/** What an event's place on record is made from. */
export type KeyedEvent = Pick<RelayEvent, 'id' | 'subject' | 'sequence' | 'type' | 'account' | 'timeMs'>;

/** The place of an event on record. Neither part has a character that an URL or a table key cannot hold. */
export interface EventKey {
  /** The invitation; of a gap the account, of an event about a subscription the subscription. */
  readonly partition: string;
  /**
   * `event.<sequence>.<id>`; of a settled command or a gap `command.` or `gap.`, its time in milliseconds and its id; of a context
   * `context.`, its inverted time, so that the newest comes first, and its id.
   */
  readonly row: string;
}

/** Where an event is on record. Rows of a partition sort by sequence, and those without a sequence by time. Pure. */
export function toEventKey({ id, subject, sequence, type, account, timeMs }: KeyedEvent): EventKey {
  const kind = prefixes[type] ?? 'event';
  const time = kind === 'context' ? newestFirst(timeMs) : toTimeKey(timeMs);
  return {
    partition: kind === 'gap' ? accountKey(account) : toTableKey(subject),
    row: `${kind}.${sequence === undefined ? time : toTableKey(sequence)}.${toTableKey(id)}`,
  };
}

const kinds = ['event', 'command', 'context', 'gap'] as const;

/** What rows begin with, by the type of their event; `event` for any other. */
const prefixes: Readonly<Record<string, (typeof kinds)[number]>> = {
  'ucwa.channel.gap': 'gap',
  'ucwa.command.settled': 'command',
  [CONTEXT_EVENT_TYPE]: 'context',
};

/** Names the delivery of an event: opaque to callers, at most 620 characters of letters, digits, `_`, `-` and `.`. Pure. */
export function toDeliveryId(event: KeyedEvent): string {
  const { partition, row } = toEventKey(event);
  return `${partition}.${row}`;
}

/** Where the event of a delivery is on record; undefined for what toDeliveryId cannot have made. Pure. */
export function parseDeliveryId(deliveryId: string): EventKey | undefined {
  const [, partition, row] = wholeDeliveryId.exec(deliveryId) ?? [];
  return partition === undefined || row === undefined ? undefined : { partition, row };
}

/** Sources of regular expressions: what toTableKey makes, and the rows and delivery ids of events. */
export const TABLE_KEY = '[\\w-]{1,200}';
export const EVENT_ROW = `(?:${kinds.join('|')})\\.${TABLE_KEY}\\.${TABLE_KEY}`;
const DELIVERY_ID = `(${TABLE_KEY})\\.(${EVENT_ROW})`;

/** A moment of newestFirst, then the partition and the row of an event. */
export const TIMED_EVENT_KEY = new RegExp(`^(\\d{13})\\.${DELIVERY_ID}$`);

const wholeTableKey = new RegExp(`^${TABLE_KEY}$`);
const wholeDeliveryId = new RegExp(`^${DELIVERY_ID}$`);

/**
 * A text as a part of a table key: itself where it is of letters, digits, `_` and `-` (event and invitation ids are), else
 * its hash, because keys take no `/`, `\`, `#`, `?` (Azure Tables, "Characters disallowed in key fields"). It has no full
 * stop, which separates the parts of a key.
 */
export function toTableKey(text: string): string {
  return wholeTableKey.test(text) ? text : `x${createHash('sha256').update(text).digest('hex')}`;
}
