import { z } from 'zod';
import { knownDirections, outcomeResults } from '../../invitations/invitationData';
import type { RelayEvent } from '../../invitations/relayEvent';
import { isInvitationEvent } from '../../messaging/parseEventMessage';

const words = (description: string) =>
  z.array(z.string().min(1).max(256)).nonempty().max(50).optional().describe(description);

/** A subscription is one row of a table, whose texts have at most 32 Ki characters. */
const MAX_FILTERS_LENGTH = 8192;

/**
 * What a subscriber wants to hear. A field that is left out lets everything through; of the fields given every one
 * must match, and within a field any one of its values is enough.
 */
export const filtersSchema = z
  .strictObject({
    types: words('Event types; a trailing * stands for any rest, as in ucwa.audioVideoInvitation.*'),
    kinds: words('Kinds of invitation, for example audioVideo'),
    direction: z.enum(knownDirections).optional(),
    states: words('States of the invitation, for example connecting'),
    accounts: words('SIP URIs of accounts; case does not matter'),
    importance: words('normal, urgent, emergency'),
    outcomeResults: z
      .array(z.enum(outcomeResults))
      .nonempty()
      .optional()
      .describe('Results of ended calls; as only completed events have one, nothing else matches'),
  })
  .refine(
    (filters) => JSON.stringify(filters).length <= MAX_FILTERS_LENGTH,
    `must be at most ${MAX_FILTERS_LENGTH} characters as JSON`,
  );
export type Filters = z.infer<typeof filtersSchema>;

/** Sent unless `types` says otherwise; what concerns the operator (`ucwa.command.settled`, `ucwa.subscription.disabled`) must be named. */
const ALWAYS_HEARD = 'ucwa.channel.gap';

/**
 * Whether an event passes a subscriber's filters. Without `types`, invitation events and `ucwa.channel.gap` pass. The
 * conditions about an invitation are put to invitation events only, and one about a field that the event lacks fails.
 */
export function matchesFilter(event: RelayEvent, filters: Filters): boolean {
  const invitation = isInvitationEvent(event) ? event.data : undefined;
  if (filters.types === undefined) {
    if (invitation === undefined && event.type !== ALWAYS_HEARD) return false;
  } else if (!filters.types.some((pattern) => matchesType(event.type, pattern))) {
    return false;
  }
  if (
    filters.accounts !== undefined &&
    !filters.accounts.some((account) => account.toLowerCase() === event.account.toLowerCase())
  )
    return false;
  if (invitation === undefined) return true;
  return (
    among(filters.kinds, invitation.kind) &&
    among(filters.direction === undefined ? undefined : [filters.direction], invitation.direction) &&
    among(filters.states, invitation.state) &&
    among(filters.importance, invitation.importance) &&
    among(filters.outcomeResults, invitation.outcome?.result)
  );
}

function matchesType(type: string, pattern: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

function among(wanted: readonly string[] | undefined, value: string | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value));
}
