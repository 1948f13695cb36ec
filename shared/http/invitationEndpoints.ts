import { z } from 'zod';
import { parseOrExplain } from '../errors/parseOrExplain';
import { RelayError } from '../errors/relayError';
import type { Clock } from '../clock';
import type { CallEvent } from '../invitations/calls/callEvent';
import { compact, compactOrAbsent } from '../invitations/compact';
import { isInvitationEvent } from '../invitations/events/isInvitationEvent';
import type { RelayEvent } from '../invitations/events/relayEvent';
import { outcomeResults } from '../invitations/invitationData';
import { isActive, type InvitationHead } from '../invitations/invitationHead';
import type { CallViews } from '../invitations/record/callViews';
import { readOffer } from '../invitations/normalise/readOffer';
import type { CommandPorts } from '../invitations/commands/runCommand';
import { json, type Endpoint, type EndpointPorts } from './endpoint';
import { pageParameters, refuseReversed, textParameter, toWindowMs, windowParameters } from './listParameters';
import { queryOf } from './queryOf';

export interface InvitationEndpointPorts extends EndpointPorts {
  readonly invitations: Pick<CallViews, 'head' | 'history' | 'list'>;
  readonly commands: CommandPorts;
  readonly clock: Clock;
}

export const listQuerySchema = z
  .strictObject({
    account: z
      .string()
      .regex(/^[sS][iI][pP]:/, 'must be a SIP URI like sip:user@domain')
      .optional()
      .describe('SIP URI of one account; every account unless given'),
    caller: textParameter('A part of the caller’s name, address or number; case does not matter'),
    state: z
      .enum(['active', 'ended'], 'must be active or ended')
      .optional()
      .describe('active: it may still be ringing'),
    outcome: z
      .enum(outcomeResults, `must be one of ${outcomeResults.join(', ')}`)
      .optional()
      .describe('How it ended'),
    ...windowParameters('Calls that began'),
    ...pageParameters,
  })
  .superRefine(refuseReversed);

/**
 * `GET /invitations?account=&caller=&state=&outcome=&since=&until=&limit=&cursor=`: heads, within an account the newest
 * first, and the cursor of the next page.
 */
export const listEndpoint: Endpoint<InvitationEndpointPorts> = async (request, { invitations, clock }) => {
  const { since, until, ...query } = parseOrExplain(queryOf(request.query), listQuerySchema, 'The query');
  const nowMs = clock.now();
  const page = await invitations.list({ nowMs, ...compact(query), ...toWindowMs({ since, until }) });
  return json(200, {
    invitations: page.heads.map((head) => toView(head, nowMs)),
    ...(page.cursor === undefined ? {} : { cursor: page.cursor }),
  });
};

/** `GET /invitations/{id}`: the head and every event of it, in sequence. */
export const getEndpoint: Endpoint<InvitationEndpointPorts> = async (request, { invitations, clock }) => {
  const id = request.params.id ?? '';
  const [head, history] = await Promise.all([invitations.head(id), invitations.history(id)]);
  if (head === undefined)
    throw new RelayError(
      'invitationNotFound',
      'There is no invitation with this id, or it is older than the retention.',
    );
  const events = history.filter(isInvitationEvent).map(({ id: eventId, type, timeMs, sequence, data }) => ({
    id: eventId,
    type,
    time: new Date(timeMs).toISOString(),
    sequence,
    data,
  }));
  return json(200, { ...toView(head, clock.now()), history: events, ...toCallView(history) });
};

/** What is known of the call that the invitation led to; nothing where this application was no part of it. */
function toCallView(history: readonly RelayEvent[]): Readonly<Record<string, unknown>> {
  const dataOf = (type: CallEvent['type']): unknown => history.find((event) => event.type === type)?.data;
  const call = compactOrAbsent({ connected: dataOf('ucwa.call.connected'), ended: dataOf('ucwa.call.ended') });
  return call === undefined ? {} : { call };
}

/** `GET /invitations/{id}/offer`: the caller's SDP, read live from Skype for Business; nothing keeps it. */
export const offerEndpoint: Endpoint<InvitationEndpointPorts> = async (request, { commands }, _caller, signal) =>
  json(200, await readOffer(request.params.id ?? '', commands, signal));

/** How an invitation looks to callers: its latest snapshot, and whether it may still be ringing. */
export function toView(head: InvitationHead, nowMs: number): Readonly<Record<string, unknown>> {
  const { invitationId, account, startedAtMs, endedBy, sequence, expiryTimeMs, data } = head;
  const active = isActive(head, nowMs);
  return {
    invitationId,
    account,
    state: active ? 'active' : 'ended',
    startedAt: new Date(startedAtMs).toISOString(),
    sequence,
    ...(expiryTimeMs !== undefined && { expiresAt: new Date(expiryTimeMs).toISOString() }),
    ...(active ? {} : { endedBy: endedBy ?? 'expiry' }),
    invitation: data,
  };
}
