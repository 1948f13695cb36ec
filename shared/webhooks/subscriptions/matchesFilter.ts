import { z } from 'zod';
import { knownDirections, outcomeResults } from '../../invitations/invitationData';
import type { RelayEvent } from '../../invitations/events/relayEvent';
import { isCallEvent, isContextEvent } from '../../invitations/calls/callEvent';
import { isInvitationEvent } from '../../invitations/events/parseEventMessage';

const words = (description: string) =>
  z.array(z.string().min(1).max(256)).nonempty().max(50).optional().describe(description);

/** Every event is matched against those of all subscriptions. */
const MAX_FILTERS_LENGTH = 8192;

/**
 * What a subscriber wants to hear. A field that is left out lets everything through; of the fields given every one
 * must match, and within a field any one of its values is enough. Fields about an invitation apply to its events and to those of its call.
 */
export const filtersSchema = z
  .strictObject({
    types: words('Event types; a trailing * stands for any rest, as in ucwa.audioVideoInvitation.*'),
    kinds: words('Kinds of invitation, for example audioVideo; case does not matter'),
    direction: z.enum(knownDirections).optional(),
    states: words('States of the invitation, for example connecting; case does not matter'),
    accounts: words('SIP URIs of accounts; case does not matter'),
    importance: words('normal, urgent, emergency; case does not matter'),
    outcomeResults: z
      .array(z.enum(outcomeResults))
      .nonempty()
      .optional()
      .describe(
        'Results of ended calls. Of the events of invitations only completed ones have a result, so the others are left out; a gap is not',
      ),
  })
  .refine(
    (filters) => JSON.stringify(filters).length <= MAX_FILTERS_LENGTH,
    `must be at most ${MAX_FILTERS_LENGTH} characters as JSON`,
  )
  .describe(
    `What is sent, at most ${MAX_FILTERS_LENGTH} characters as JSON; a field that is left out lets everything through`,
  );
export type Filters = z.infer<typeof filtersSchema>;

/** A field of the filters. */
type FilterField = keyof Filters;

/** Sent unless `types` says otherwise; what concerns the operator (`ucwa.command.settled`, `ucwa.subscription.disabled`) must be named. */
const SENT_WITHOUT_TYPES = 'ucwa.channel.gap';

/** Whether an event passes a subscriber's filters: see excludedBy. Pure. */
export function matchesFilter(event: RelayEvent, filters: Filters): boolean {
  return excludedBy(event, filters) === undefined;
}

/**
 * The first field of a subscriber's filters that excludes an event; undefined where it passes. Without `types`, the events of
 * invitations and calls and `ucwa.channel.gap` pass. The fields about an invitation (`kinds`, `direction`, `states`,
 * `importance`, `outcomeResults`) apply to events of invitations and calls, where a value that the event lacks does not match: a
 * gap passes them, a connected call passes neither `states` nor `outcomeResults`. SIP addresses and values are compared without
 * case, types with it. Pure.
 */
export function excludedBy(event: RelayEvent, filters: Filters): FilterField | undefined {
  const invitation: FilteredData | undefined =
    isInvitationEvent(event) || isCallEvent(event) || isContextEvent(event) ? event.data : undefined;
  const typeMatches =
    filters.types?.some((pattern) => matchesType(event.type, pattern)) ??
    (invitation !== undefined || event.type === SENT_WITHOUT_TYPES);
  if (!typeMatches) return 'types';
  if (!includesIgnoringCase(filters.accounts, event.account)) return 'accounts';
  if (invitation === undefined) return undefined;
  return invitationFieldNames.find((field) => {
    const wanted = filters[field];
    return !includesIgnoringCase(typeof wanted === 'string' ? [wanted] : wanted, invitationFields[field](invitation));
  });
}

/** What each field about an invitation is compared with, in the order in which they are tried. */
const invitationFields = {
  kinds: ({ kind }) => kind,
  direction: ({ direction }) => direction,
  states: ({ state }) => state,
  importance: ({ importance }) => importance,
  outcomeResults: ({ outcome }) => outcome?.result,
} as const satisfies Partial<Record<FilterField, (invitation: FilteredData) => string | undefined>>;
const invitationFieldNames = Object.keys(invitationFields) as (keyof typeof invitationFields)[];

/** What the filters look at. */
interface FilteredData {
  readonly kind: string;
  readonly direction?: string | undefined;
  readonly state?: string | undefined;
  readonly importance?: string | undefined;
  readonly outcome?: { readonly result: string } | undefined;
}

/** Whether an event type matches an element of `types`, whose trailing `*` stands for any rest. */
export function matchesType(type: string, pattern: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

function includesIgnoringCase(wanted: readonly string[] | undefined, value: string | undefined): boolean {
  if (wanted === undefined) return true;
  const lowerCase = value?.toLowerCase();
  return lowerCase !== undefined && wanted.some((one) => one.toLowerCase() === lowerCase);
}
