import type { HttpRequest } from '@azure/functions';
import { parseOrExplain } from '../errors/parseOrExplain';
import { RelayError } from '../errors/relayError';
import { compact } from '../invitations/compact';
import { stableId } from '../invitations/events/eventIdentity';
import type { Webhooks } from '../webhooks/createWebhooks';
import type { CallViews } from '../invitations/record/callViews';
import { decodeCapability } from './identity/capability';
import { toDeliveryView } from './deliveryView';
import { deliveriesQuerySchema, recoverRequestSchema, testRequestSchema } from './documents/subscriptionAnswers';
import { json, type Endpoint, type EndpointPorts } from './endpoint';
import { toWindowMs } from './listParameters';
import { parseIdempotencyKey } from './idempotencyKey';
import { readAnyJson, readJson } from './readJson';
import { unsubscribeUrl } from './unsubscribeUrl';
import { queryOf } from './queryOf';

export interface SubscriptionEndpointPorts extends EndpointPorts {
  readonly webhooks: Webhooks;
  readonly invitations: Pick<CallViews, 'deliveries'>;
  readonly settings: { readonly publicUrl: string | undefined; readonly signingKey: string };
}

type SubscriptionEndpoint = Endpoint<SubscriptionEndpointPorts>;

/**
 * `POST /webhook-subscriptions`: 201, or 200 with the same one that exists. `Location` is absolute; DELETE on it needs no
 * key (unsubscribeUrl).
 */
export const createSubscriptionEndpoint: SubscriptionEndpoint = async (request, { webhooks, settings }, caller) => {
  const idempotencyKey = parseIdempotencyKey(request.headers.get('idempotency-key'));
  const body = await readAnyJson(request);
  const { isNew, ...created } = await webhooks.subscriptions.create(body, caller.name, idempotencyKey);
  return json(isNew ? 201 : 200, created, {
    location: unsubscribeUrl(created.subscription.id, request.url, settings),
  });
};

/** `GET /webhook-subscriptions` */
export const listSubscriptionsEndpoint: SubscriptionEndpoint = async (_request, { webhooks }) =>
  json(200, { subscriptions: await webhooks.subscriptions.list() });

/** `GET /webhook-subscriptions/{id}` */
export const getSubscriptionEndpoint: SubscriptionEndpoint = async (request, { webhooks }) =>
  json(200, await webhooks.subscriptions.get(idOf(request)));

/** `PATCH /webhook-subscriptions/{id}` */
export const changeSubscriptionEndpoint: SubscriptionEndpoint = async (request, { webhooks }) =>
  json(200, await webhooks.subscriptions.change(idOf(request), await readAnyJson(request)));

/** `DELETE /webhook-subscriptions/{id}` */
export const deleteSubscriptionEndpoint: SubscriptionEndpoint = async (request, { webhooks }) => {
  await webhooks.subscriptions.remove(idOf(request));
  return { status: 204 };
};

/** `DELETE /unsubscribe/{capability}`: no key needed, idempotent. Errors: `notFound` for a link that is not ours. */
export async function unsubscribeEndpoint(request: HttpRequest, { webhooks, settings }: SubscriptionEndpointPorts) {
  const capability = decodeCapability(request.params.capability ?? '', settings.signingKey);
  if (capability?.purpose !== 'unsubscribe')
    throw new RelayError('notFound', 'This link is not one that the relay gave out, or it was altered.');
  await webhooks.subscriptions.remove(capability.subject);
  return { status: 204 };
}

/** `POST /webhook-subscriptions/{id}/test` */
export const testSubscriptionEndpoint: SubscriptionEndpoint = async (request, { webhooks }) => {
  const { event } = await readJson(request, testRequestSchema);
  return json(200, await webhooks.testSubscription(idOf(request), event === 'test' ? undefined : event));
};

/** `POST /webhook-subscriptions/{id}/rotate-secret` */
export const rotateSecretEndpoint: SubscriptionEndpoint = async (request, { webhooks }, caller) => {
  const idempotencyKey = parseIdempotencyKey(request.headers.get('idempotency-key'));
  const body = await readAnyJson(request);
  return json(200, await webhooks.subscriptions.rotateSecret(idOf(request), body, caller.name, idempotencyKey));
};

/** `POST /webhook-subscriptions/{id}/recover` */
export const recoverEndpoint: SubscriptionEndpoint = async (request, { webhooks }) => {
  const { since, until, dryRun } = await readJson(request, recoverRequestSchema);
  const redeliveryId = redeliveryIdOf(request);
  const recovered = await webhooks.redelivery.recover(idOf(request), {
    sinceMs: Date.parse(since),
    ...(until !== undefined && { untilMs: Date.parse(until) }),
    ...(dryRun !== undefined && { dryRun }),
    ...(redeliveryId !== undefined && { redeliveryId }),
  });
  return json(200, recovered);
};

/** `GET /webhook-subscriptions/{id}/deliveries?outcome=&status=&since=&until=&invitationId=&limit=&cursor=` */
export const listDeliveriesEndpoint: SubscriptionEndpoint = async (request, { webhooks, invitations }) => {
  const { since, until, ...query } = parseOrExplain(queryOf(request.query), deliveriesQuerySchema, 'The query');
  await webhooks.subscriptions.get(idOf(request));
  const { deliveries, cursor } = await invitations.deliveries(idOf(request), {
    ...compact(query),
    ...toWindowMs({ since, until }),
  });
  return json(200, { deliveries: deliveries.map(toDeliveryView), ...compact({ cursor }) });
};

/** `POST /webhook-subscriptions/{id}/deliveries/{deliveryId}/redeliver` */
export const redeliverEndpoint: SubscriptionEndpoint = async (request, { webhooks }) => {
  await webhooks.redelivery.redeliver(idOf(request), request.params.deliveryId ?? '', redeliveryIdOf(request));
  return { status: 202 };
};

/** The same key asks for the same redelivery, which the queue takes once. */
function redeliveryIdOf(request: HttpRequest): string | undefined {
  const key = parseIdempotencyKey(request.headers.get('idempotency-key'));
  return key === undefined ? undefined : stableId('redelivery', key);
}

function idOf(request: HttpRequest): string {
  return request.params.id ?? '';
}
