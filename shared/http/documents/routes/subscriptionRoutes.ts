import { requestExamples, subscriptionAnswers } from '../examples/httpExamples';
import { deliveryRoutes } from './deliveryRoutes';
import type { Route } from './route';

/** `/webhook-subscriptions` and what is under it. */
export function subscriptionRoutes(): readonly Route[] {
  const answers = subscriptionAnswers();
  return [
    createRoute(answers),
    ...storedRoutes(answers),
    unsubscribeRoute,
    testRoute(answers),
    rotateRoute(answers),
    ...deliveryRoutes(answers),
  ];
}

type Answers = ReturnType<typeof subscriptionAnswers>;

const common = { tag: 'Webhook subscriptions', role: 'Subscriptions.Manage' } as const;
const one = '/webhook-subscriptions/{id}';

function createRoute({ created, existing }: Answers): Route {
  return {
    ...common,
    method: 'post',
    path: '/webhook-subscriptions',
    operationId: 'createWebhookSubscription',
    summary: 'Subscribe a URL to events',
    description:
      'The URL is checked, and asked for its consent (CloudEvents, HTTP 1.1 Web Hooks §4) unless `handshake` ' +
      'is `skip`. The secret is shown in this response only, and again to a request with the same `Idempotency-Key` ' +
      'within 24 hours. Where there is a subscription with this URL, format and filters already, that one is given ' +
      'back, unless `allowDuplicate` is true or another `secret` is given.',
    body: { schema: 'SubscriptionRequest', examples: requestExamples.createSubscription },
    answers: {
      201: {
        description: 'The subscription is active',
        schema: 'CreatedSubscription',
        examples: { created },
        headers: ['Location'],
      },
      200: {
        description: 'The same subscription exists already; it is as it was',
        schema: 'CreatedSubscription',
        examples: { existing },
        headers: ['Location'],
      },
    },
    headers: ['IdempotencyKey'],
    errors: ['requestInvalid', 'idempotencyKeyReused', 'settingsInvalid', 'storageUnavailable'],
  };
}

/** What reads, changes and removes a subscription that there is. */
function storedRoutes({ view, list, changed }: Answers): readonly Route[] {
  return [
    {
      ...common,
      method: 'get',
      path: '/webhook-subscriptions',
      operationId: 'listWebhookSubscriptions',
      summary: 'List the subscriptions',
      answers: { 200: { description: 'All of them', schema: 'SubscriptionList', examples: { one: list } } },
      errors: ['storageUnavailable'],
    },
    {
      ...common,
      method: 'get',
      path: one,
      operationId: 'getWebhookSubscription',
      summary: 'Read one subscription',
      answers: {
        200: {
          description: 'The subscription, without its secret',
          schema: 'Subscription',
          examples: { active: view },
        },
      },
      errors: ['notFound', 'storageUnavailable'],
    },
    {
      ...common,
      method: 'patch',
      path: one,
      operationId: 'changeWebhookSubscription',
      summary: 'Change, pause or resume a subscription',
      description: 'What is left out stays. In effect everywhere within 5 seconds.',
      body: { schema: 'SubscriptionChange', examples: requestExamples.changeSubscription },
      answers: {
        200: { description: 'The subscription as it is now', schema: 'ChangedSubscription', examples: { changed } },
      },
      errors: ['requestInvalid', 'notFound', 'storageUnavailable'],
    },
    {
      ...common,
      method: 'delete',
      path: one,
      operationId: 'deleteWebhookSubscription',
      summary: 'Remove a subscription',
      description: 'Idempotent: an id that is unknown now is as good as removed; what cannot be an id is not found.',
      answers: { 204: { description: 'It is gone' } },
      errors: ['notFound', 'storageUnavailable'],
    },
  ];
}

/** Removes a subscription without a key, by the link that its creation gave. */
const unsubscribeRoute: Route = {
  method: 'delete',
  path: '/unsubscribe/{capability}',
  operationId: 'unsubscribe',
  tag: 'Webhook subscriptions',
  summary: 'Remove a subscription by its own link',
  description:
    'The `Location` of the answer to its creation. It needs no key, which connectors do not send with this. Idempotent.',
  role: 'anonymous',
  answers: { 204: { description: 'It is gone' } },
  errors: ['notFound', 'settingsInvalid', 'internal', 'storageUnavailable'],
};

function testRoute({ tested }: Answers): Route {
  return {
    ...common,
    method: 'post',
    path: `${one}/test`,
    operationId: 'testWebhookSubscription',
    summary: 'Send a test event',
    description:
      'One event of type `ucwa.subscription.test`, or of a sample call, now and once, signed as any other; also while ' +
      'paused or disabled, and whatever the filters are.',
    body: { schema: 'TestRequest', examples: requestExamples.testSubscription },
    answers: {
      200: { description: 'What the subscriber answered', schema: 'TestResult', examples: { delivered: tested } },
    },
    errors: ['requestInvalid', 'notFound', 'storageUnavailable'],
  };
}

function rotateRoute({ rotated }: Answers): Route {
  return {
    ...common,
    method: 'post',
    path: `${one}/rotate-secret`,
    operationId: 'rotateWebhookSecret',
    summary: 'Change the signing secret',
    description:
      'Every earlier secret signs as well until 24 hours after it was replaced, four of them at most. The ' +
      'secret that there is changes nothing. With the same `Idempotency-Key` within 24 hours the same secret is given again.',
    body: { schema: 'SecretRotation', examples: requestExamples.rotateSecret },
    answers: {
      200: { description: 'The new secret, shown this once', schema: 'RotatedSecret', examples: { rotated } },
    },
    headers: ['IdempotencyKey'],
    errors: [
      'requestInvalid',
      'notFound',
      'tooManySecrets',
      'idempotencyKeyReused',
      'settingsInvalid',
      'storageUnavailable',
    ],
  };
}
