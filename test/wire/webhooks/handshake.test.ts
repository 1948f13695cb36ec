import { systemClock as clock } from '../../../shared/clock';
import { askConsent } from '../../../shared/webhooks/subscriptions/url/handshake';
import { createNameResolver } from '../../../shared/webhooks/sender/nameResolver';
import { createSender } from '../../../shared/webhooks/sender/sender';
import { startSubscriber, type SubscriberAnswer } from '../../support/subscriberServer';

async function ask(answer: SubscriberAnswer) {
  const server = await startSubscriber(() => answer);
  const sender = createSender({ clock, allowedCidrs: ['127.0.0.0/8'], names: createNameResolver({ clock }) });
  try {
    const consent = await askConsent(sender, `${server.url}?sig=x`, { 'x-key': 'k3y' }, 'relay.contoso.com', 600);
    return { consent, request: server.requests[0] };
  } finally {
    sender.close();
    await server.close();
  }
}

test('asks the exact URL by OPTIONS, with our origin and rate', async () => {
  const { request } = await ask({ status: 200 });
  expect(request).toMatchObject({
    method: 'OPTIONS',
    target: '/hooks?sig=x',
    headers: { 'webhook-request-origin': 'relay.contoso.com', 'webhook-request-rate': '600' },
  });
});

test.each<[string, SubscriberAnswer, object]>([
  [
    'names us',
    { status: 200, headers: { 'WebHook-Allowed-Origin': 'relay.contoso.com' } },
    { consents: true, allowedRatePerMinute: undefined },
  ],
  [
    'names us in capitals',
    { status: 204, headers: { 'WebHook-Allowed-Origin': 'Relay.Contoso.com' } },
    { consents: true },
  ],
  [
    'names everyone',
    { status: 200, headers: { 'WebHook-Allowed-Origin': '*', 'WebHook-Allowed-Rate': '120' } },
    { consents: true, allowedRatePerMinute: 120 },
  ],
  [
    'sets no bound',
    { status: 200, headers: { 'WebHook-Allowed-Origin': '*', 'WebHook-Allowed-Rate': '*' } },
    { consents: true, allowedRatePerMinute: undefined },
  ],
  ['names another', { status: 200, headers: { 'WebHook-Allowed-Origin': 'other.example' } }, { consents: false }],
  ['names nobody', { status: 200 }, { consents: false }],
  [
    'refuses',
    { status: 405, headers: { 'WebHook-Allowed-Origin': '*' } },
    { consents: false, reason: 'the response to OPTIONS was 405' },
  ],
  [
    'redirects',
    { status: 302, headers: { location: 'https://other.example/' } },
    { consents: false, reason: 'the response to OPTIONS was 302' },
  ],
  ['breaks off', 'reset', { consents: false, reason: 'OPTIONS got no response: connectionReset (ECONNRESET)' }],
])('a receiver that %s', async (_name, answer, expected) => {
  expect((await ask(answer)).consent).toMatchObject(expected);
});
