import type { RelayEvent } from '../../../../shared/invitations/events/relayEvent';
import { toCloudEvent } from '../../../../shared/invitations/events/cloudEvent';
import { renderDelivery } from '../../../../shared/webhooks/formats/renderDelivery';
import { MAX_PUBLIC_EVENT_LENGTH, toPublicEvent } from '../../../../shared/webhooks/formats/publicEvent';
import { formats } from '../../../../shared/webhooks/subscriptions/subscriptionRequest';
import { callEvent } from '../../../support/webhookEvents';

const sdp = 'v=0\r\no=- 0 0 IN IP4 10.0.0.1\r\ns=session\r\nc=IN IP4 10.0.0.1\r\nm=audio 50000 RTP/AVP 0\r\n';
const withSdp = callEvent('started', {
  data: { media: { offers: [{ contentId: 'c1', fallback: false, sdp }], customContent: sdp } },
});

test('takes the SDP out, and only that', () => {
  expect(toPublicEvent(withSdp)).toEqual({
    ...withSdp,
    data: { ...withSdp.data, media: { offers: [{ contentId: 'c1', fallback: false }] } },
  });
});

test('leaves its argument as it was', () => {
  toPublicEvent(withSdp);
  expect(withSdp.data.media?.offers?.[0]?.sdp).toBe(sdp);
});

test.each(formats)('no SDP is in a delivery of format %s', (format) => {
  expect(renderDelivery(withSdp, { format }, () => undefined)?.body).not.toMatch(/v=0|m=audio|10\.0\.0\.1/);
});

/** The characters that JSON and UTF-8 make long. */
const quotes = '"'.repeat(120_000);
const emoji = '📞'.repeat(30_000);

test.each([
  ['a subject of 120,000 quotes', { subject: quotes }, ['subject']],
  ['a name of 120,000 quotes', { from: { uri: 'sip:alice@contoso.com', name: quotes } }, ['from.name']],
  ['two parts that are too large', { subject: emoji, sessionContext: quotes }, ['sessionContext', 'subject']],
  ['many small parts beside one', { subject: 'x'.repeat(29_000), threadId: 't'.repeat(2_000) }, ['subject']],
])('leaves the largest parts out of an event with %s, and names them', (_what, data, omitted) => {
  const { data: kept, ...envelope } = toPublicEvent(callEvent('started', { data }));
  expect(kept).toMatchObject({ omitted, actions: callEvent('started').data.actions });
  const json = JSON.stringify({ ...envelope, data: kept });
  expect(json.length).toBeLessThanOrEqual(MAX_PUBLIC_EVENT_LENGTH);
  expect(json).not.toMatch(/(\\"|📞|x){10}/);
});

test('leaves an event of exactly the largest size whole', () => {
  const length = (event: RelayEvent) => JSON.stringify(toCloudEvent(event)).length;
  const withSubject = (characters: number) => callEvent('started', { data: { subject: 'x'.repeat(characters) } });
  const largest = withSubject(MAX_PUBLIC_EVENT_LENGTH - length(withSubject(0)));
  expect(toPublicEvent(largest)).toEqual(largest);
  expect(toPublicEvent(withSubject((largest.data.subject?.length ?? 0) + 1)).data).toMatchObject({
    omitted: ['subject'],
  });
});
