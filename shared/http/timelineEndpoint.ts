import { parseOrExplain } from '../errors/parseOrExplain';
import { RelayError } from '../errors/relayError';
import type { Clock } from '../clock';
import type { CallViews } from '../invitations/record/callViews';
import type { ManageSubscriptions } from '../webhooks/subscriptions/manageSubscriptions';
import { timelineQuerySchema } from './documents/timelineAnswers';
import { json, type Endpoint, type EndpointPorts } from './endpoint';
import { toView } from './invitationEndpoints';
import { toTimelineParts } from './timelineView';
import { queryOf } from './queryOf';

export interface TimelineEndpointPorts extends EndpointPorts {
  readonly invitations: Pick<CallViews, 'head' | 'timeline'>;
  readonly webhooks: { readonly subscriptions: Pick<ManageSubscriptions, 'list'> };
  readonly clock: Clock;
}

/** `GET /invitations/{id}/timeline?cursor=`: one call, from its events to what each subscriber made of them. */
export const timelineEndpoint: Endpoint<TimelineEndpointPorts> = async (request, { invitations, webhooks, clock }) => {
  const id = request.params.id ?? '';
  const { cursor } = parseOrExplain(queryOf(request.query), timelineQuerySchema);
  const [head, page, subscriptions] = await Promise.all([
    invitations.head(id),
    invitations.timeline(id, cursor),
    webhooks.subscriptions.list(),
  ]);
  if (head === undefined)
    throw new RelayError(
      'invitationNotFound',
      'There is no invitation with this id, or it is older than the retention.',
    );
  const { invitation: _invitation, ...call } = toView(head, clock.now());
  const { outcome } = head.data;
  return json(200, {
    ...call,
    ...(outcome !== undefined && { outcome }),
    ...toTimelineParts(page, subscriptions),
    ...(page.cursor !== undefined && { cursor: page.cursor }),
  });
};
