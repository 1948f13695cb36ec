import { z } from 'zod';
import type { CallRecord } from '../../invitations/record/callRecords';
import { isInvitationEvent } from '../../invitations/isInvitationEvent';
import type { RelayEvent } from '../../invitations/relayEvent';
import { withoutLargestParts } from '../../invitations/withoutLargestParts';
import { fromTextChunks, toAsciiJson, toTextChunks } from '../textChunks';
import { eventSchema } from './callRows';
import type { Row } from './rows';

/** A list item has at most so many characters of JSON. */
const MAX_CHARACTERS = 4096;

/** What a list shows of an event, or of a call by its newest event. */
export interface ListItem {
  /** Without what is too large for a list: of an invitation the largest parts (`omitted` names them), else its data. */
  readonly event: RelayEvent;
  /** Time of the call's first event, where it was known. */
  readonly startedAtMs?: number;
}

const itemSchema = z.object({ event: eventSchema, startedAtMs: z.number().exactOptional() });

export function toListItemTexts({ event, startedAtMs }: CallRecord): Readonly<Record<string, string>> {
  return toTextChunks({ event: small(event), ...(startedAtMs !== undefined && { startedAtMs }) });
}

export function fromListItemTexts(row: Row): ListItem {
  return itemSchema.parse(fromTextChunks(row));
}

function small(event: RelayEvent): RelayEvent {
  if (toAsciiJson(event).length <= MAX_CHARACTERS) return event;
  const smaller = isInvitationEvent(event) ? withoutLargestParts(event) : undefined;
  return smaller === undefined ? { ...event, data: {} } : small(smaller);
}
