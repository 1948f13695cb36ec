import { toHead } from '../../invitations/record/callHead';
import { isInvitationEvent } from '../../invitations/events/isInvitationEvent';
import type { FeedEntry } from '../../invitations/record/feed';
import type { Role } from '../identity/tokenVerifier';
import { toView } from '../invitationEndpoints';
import { ACCOUNT_CHANGED, accountStateOf } from './accountChanges';

/** What an entry of the feed is to a page. */
export interface StreamEvent {
  readonly name: 'account' | 'call' | 'command' | 'gap' | 'subscription';
  /** Without it the page is not shown the event. */
  readonly role: Role;
  /** JSON. */
  readonly data: string;
}

/** The event of the stream; undefined for what pages do not show. The same entry is turned into text once. */
export function toStreamEvent(entry: FeedEntry): StreamEvent | undefined {
  if (!made.has(entry)) made.set(entry, createStreamEvent(entry));
  return made.get(entry);
}

const made = new WeakMap<FeedEntry, StreamEvent | undefined>();

function createStreamEvent({ event, recordedAtMs, startedAtMs }: FeedEntry): StreamEvent | undefined {
  const { id, type, account, subject, sequence, data } = event;
  const common = { id, type, time: new Date(event.timeMs).toISOString() };
  const toEvent = (name: StreamEvent['name'], role: Role, rest: object): StreamEvent => ({
    name,
    role,
    data: JSON.stringify({ ...common, ...rest }),
  });
  const about = { account, invitationId: subject, ...(sequence !== undefined && { sequence }) };
  const head = isInvitationEvent(event) ? toHead([event]) : undefined;
  if (head !== undefined)
    return toEvent('call', 'Invitations.Read', {
      ...about,
      ...toView(startedAtMs === undefined ? head : { ...head, startedAtMs }, recordedAtMs),
    });
  if (type.startsWith('ucwa.call.')) return toEvent('call', 'Invitations.Read', { ...about, call: data });
  if (type === 'ucwa.command.settled') return toEvent('command', 'Invitations.Read', { ...about, settlement: data });
  if (type === 'ucwa.channel.gap') return toEvent('gap', 'Invitations.Read', { account, gap: data });
  if (type.startsWith('ucwa.subscription.'))
    return toEvent('subscription', 'Subscriptions.Manage', { subscriptionId: subject, report: data });
  if (type === ACCOUNT_CHANGED) return toEvent('account', 'Accounts.Manage', { account, ...accountStateOf(data) });
  return undefined;
}
