import { renderDelivery } from '../../../../shared/webhooks/formats/renderDelivery';
import { MAX_PUBLIC_EVENT_BYTES, toPublicEvent } from '../../../../shared/webhooks/formats/publicEvent';
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
  expect(renderDelivery(withSdp, format, () => undefined)?.body).not.toMatch(/v=0|m=audio|10\.0\.0\.1/);
});

test('takes media out of an event that is too large, and says so', () => {
  const large = callEvent('started', { data: { media: { customContent: 'x'.repeat(MAX_PUBLIC_EVENT_BYTES) } } });
  const { data } = toPublicEvent(large);
  expect(data).toEqual({ ...callEvent('started').data, omitted: ['media'] });
});
