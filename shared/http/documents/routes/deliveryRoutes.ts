import { requestExamples, type subscriptionAnswers } from '../examples/httpExamples';
import { deliveriesQuerySchema } from '../subscriptionAnswers';
import type { Route } from './route';

/** What was sent to one webhook subscription, and what sends it again. */
export function deliveryRoutes({
  recovered,
  deliveries,
}: Pick<ReturnType<typeof subscriptionAnswers>, 'recovered' | 'deliveries'>): readonly Route[] {
  const common = { tag: 'Webhook subscriptions', role: 'Subscriptions.Manage' } as const;
  const one = '/webhook-subscriptions/{id}';
  return [
    {
      ...common,
      method: 'post',
      path: `${one}/recover`,
      operationId: 'recoverWebhookDeliveries',
      summary: 'Send again what was not delivered',
      description: 'With the same webhook-ids. What rang and is over is not sent late.',
      body: { schema: 'RecoverRequest', examples: requestExamples.recover },
      answers: { 200: { description: 'What was done with each event', schema: 'Recovered', examples: { recovered } } },
      errors: [
        'requestInvalid',
        'notFound',
        'subscriptionInactive',
        'storageUnavailable',
        'busUnavailable',
        'busEntityFull',
      ],
    },
    {
      ...common,
      method: 'get',
      path: `${one}/deliveries`,
      operationId: 'listWebhookDeliveries',
      summary: 'Read the delivery log',
      description: 'While there is a cursor, a page may hold less than its limit, or nothing.',
      query: deliveriesQuerySchema,
      answers: { 200: { description: 'One page', schema: 'DeliveryPage', examples: { delivered: deliveries } } },
      errors: ['requestInvalid', 'notFound', 'storageUnavailable'],
    },
    {
      ...common,
      method: 'post',
      path: `${one}/deliveries/{deliveryId}/redeliver`,
      operationId: 'redeliverWebhook',
      summary: 'Send one event again',
      description: 'Whether it was delivered or not, with the same webhook-id.',
      answers: { 202: { description: 'It is in the queue' } },
      errors: [
        'requestInvalid',
        'notFound',
        'subscriptionInactive',
        'invitationEnded',
        'storageUnavailable',
        'busUnavailable',
        'busEntityFull',
      ],
    },
  ];
}
