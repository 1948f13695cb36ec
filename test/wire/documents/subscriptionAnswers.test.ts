import { randomBytes } from 'node:crypto';
import type { AxiosInstance, AxiosResponse } from 'axios';
import { createOpenApi } from '../../../shared/http/documents/openApi';
import { documentedAnswers, type AnswerCheck } from '../../support/documentedAnswers';
import { startTestRelay, type TestRelay } from '../../support/relay';
import { schemaValidator } from '../../support/schemaValidator';
import { startSubscriber, type SubscriberServer } from '../../support/subscriberServer';

let relay: TestRelay;
let subscriber: SubscriberServer;
let check: AnswerCheck;
let api: AxiosInstance;
let id: string;
beforeAll(async () => {
  subscriber = await startSubscriber();
  [relay, check] = await Promise.all([
    startTestRelay({
      settings: { RELAY_ENCRYPTION_KEY: randomBytes(32).toString('base64'), WEBHOOK_ALLOWED_CIDRS: '127.0.0.0/8' },
    }),
    documentedAnswers(),
  ]);
  api = relay.http();
  const created = await api.post<{ subscription: { id: string } }>('/webhook-subscriptions', {
    url: subscriber.url,
    handshake: 'skip',
  });
  expect({ status: created.status, problems: check(created) }).toEqual({ status: 201, problems: [] });
  expect(created.headers['location']).toMatch(/^https?:\/\//);
  ({ id } = created.data.subscription);
});
afterAll(async () => {
  await relay.close();
  await subscriber.close();
});

const at = (rest = ''): string => `/webhook-subscriptions/${id}${rest}`;

/** In this order: the last removes the subscription. */
const requests: readonly [title: string, status: number, ask: (api: AxiosInstance) => Promise<AxiosResponse>][] = [
  ['a subscription that is not valid', 400, (http) => http.post('/webhook-subscriptions', { format: 'xml' })],
  ['the list', 200, (http) => http.get('/webhook-subscriptions')],
  ['one', 200, (http) => http.get(at())],
  ['one that is none', 404, (http) => http.get('/webhook-subscriptions/none')],
  ['a change', 200, (http) => http.patch(at(), { description: 'Front desk' })],
  ['a test', 200, (http) => http.post(at('/test'))],
  ['a test with a sample', 200, (http) => http.post(at('/test'), { event: 'missed' })],
  ['a test with none', 400, (http) => http.post(at('/test'), { event: 'lunch' })],
  ['a new secret', 200, (http) => http.post(at('/rotate-secret'), {})],
  ['the delivery log', 200, (http) => http.get(at('/deliveries?limit=10'))],
  ['a recovery', 200, (http) => http.post(at('/recover'), { since: '2026-01-15T12:00:00Z' })],
  ['a recovery since never', 400, (http) => http.post(at('/recover'), {})],
  ['a redelivery of what is none', 404, (http) => http.post(at('/deliveries/none/redeliver'))],
  ['a removal', 204, (http) => http.delete(at())],
];

describe('what the relay answers about subscriptions', () => {
  it('sends a subscriber what the document’s webhooks say', async () => {
    relay.ucwa.ring({ subject: 'subscribed', scenario: 'missed', ringSeconds: 1 });
    await subscriber.received(2);
    const validate = schemaValidator(await createOpenApi());
    for (const { headers, body } of subscriber.requests) {
      expect(headers).toMatchObject({
        'webhook-id': expect.any(String),
        'webhook-timestamp': expect.stringMatching(/^\d+$/),
        'webhook-signature': expect.stringMatching(/^v1,/),
      });
      expect(headers['content-type']).toMatch(/^application\/cloudevents\+json/);
      expect(validate('#/components/schemas/InvitationEvent', JSON.parse(body.toString('utf8')))).toEqual([]);
    }
  });

  test.each(requests)('is as documented: %s → %i', async (_title, status, ask) => {
    const answer = await ask(api);
    expect({ status: answer.status, problems: check(answer) }).toEqual({ status, problems: [] });
  });
});
