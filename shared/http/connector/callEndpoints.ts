import type { z } from 'zod';
import type { AccountRegistry } from '../../accounts/accountRegistry';
import { parseOrExplain } from '../../errors/parseOrExplain';
import { RelayError } from '../../errors/relayError';
import { compact } from '../../invitations/compact';
import { isActive, type InvitationHead } from '../../invitations/invitationHead';
import { toFlatCall } from '../../webhooks/formats/flatCall';
import { json, type Endpoint, type EndpointPorts } from '../endpoint';
import type { InvitationEndpointPorts } from '../invitationEndpoints';
import { toWindowMs } from '../listParameters';
import { queryWithoutBlanks } from '../queryOf';
import { callListQuerySchema, type callAccountsSchema, type callListSchema, type callSchema } from './connectorSchemas';

/** `GET /connector/calls`: as `GET /invitations`, each call one level of plain values. */
export const listCallsEndpoint: Endpoint<InvitationEndpointPorts> = async (request, { invitations, clock }) => {
  const parameters = parseOrExplain(queryWithoutBlanks(request.query), callListQuerySchema, 'The query');
  const { since, until, ...query } = parameters;
  const nowMs = clock.now();
  const { heads, cursor } = await invitations.list({ nowMs, ...compact(query), ...toWindowMs({ since, until }) });
  return json(200, { calls: heads.map((head) => toCall(head, nowMs)), ...compact({ cursor }) } satisfies z.infer<
    typeof callListSchema
  >);
};

/** `GET /connector/calls/{id}` */
export const getCallEndpoint: Endpoint<InvitationEndpointPorts> = async (request, { invitations, clock }) => {
  const head = await invitations.head(request.params.id ?? '');
  if (head === undefined)
    throw new RelayError('invitationNotFound', 'There is no call with this id, or it is older than the retention.');
  return json(200, toCall(head, clock.now()));
};

/** `GET /connector/accounts`: what the drop-downs of a flow offer. */
export const listAccountsEndpoint: Endpoint<
  EndpointPorts & { readonly accounts: Pick<AccountRegistry, 'list'> }
> = async (_request, { accounts }) => {
  const enabled = (await accounts.list()).filter((one) => one.enabled);
  return json(200, {
    accounts: enabled.map(({ account: { sipUri } }) => ({ sipUri, name: sipUri.replace(/^sip:/i, '') })),
  } satisfies z.infer<typeof callAccountsSchema>);
};

/** What is known of a call as one level of plain values. Pure. @param nowMs tells whether it may still ring. */
export function toCall(head: InvitationHead, nowMs: number): z.infer<typeof callSchema> {
  const { event: _event, ...call } = toFlatCall(head.data);
  return {
    ...call,
    account: head.account,
    startedAt: new Date(head.startedAtMs).toISOString(),
    ringing: isActive(head, nowMs),
  };
}
