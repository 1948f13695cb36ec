import axios from 'axios';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { createDeliveryLines } from '../../../infra/local/receiver/describeDelivery';
import { startReceiver, type Delivery, type Receiver } from '../../../infra/local/receiver/startReceiver';
import { verifyWebhook } from '../../../infra/local/receiver/verifyWebhook';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const body =
  '{"type":"ucwa.audioVideoInvitation.completed","data":{"from":{"name":"Alice"},"outcome":{"result":"declined"}}}';
const at = new Date('2026-03-01T12:00:00Z');
const seconds = String(at.getTime() / 1000);

function headers(id: string, timestamp: string, signature: string): Record<string, string> {
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
}

describe('verifyWebhook', () => {
  const genuine = new StandardWebhook(secret).sign('msg_1', at, body);
  const bySvix = new SvixWebhook(secret).sign('msg_1', at, body);
  const byOther = new StandardWebhook(`whsec_${Buffer.alloc(24, 7).toString('base64')}`).sign('msg_1', at, body);

  test.each([
    ['what standardwebhooks signs', headers('msg_1', seconds, genuine), body, 'genuine'],
    ['what svix signs', headers('msg_1', seconds, bySvix), body, 'genuine'],
    ['one good signature of two', headers('msg_1', seconds, `${byOther} ${genuine}`), body, 'genuine'],
    ['a changed body', headers('msg_1', seconds, genuine), `${body} `, 'signature does not match'],
    ['another id', headers('msg_2', seconds, genuine), body, 'signature does not match'],
    ['another secret', headers('msg_1', seconds, byOther), body, 'signature does not match'],
    [
      'another version of signature',
      headers('msg_1', seconds, genuine.replace('v1,', 'v2,')),
      body,
      'signature does not match',
    ],
    ['a signature that is none', headers('msg_1', seconds, 'v1 v1, ,'), body, 'signature does not match'],
    ['no headers', {}, body, 'signature headers missing'],
    ['a timestamp that is no number', headers('msg_1', 'now', genuine), body, 'timestamp too far from now'],
  ])('%s', (_, given, text, verdict) => {
    expect(verifyWebhook(secret, given, Buffer.from(text), at.getTime())).toBe(verdict);
  });

  test.each([
    [301, 'timestamp too far from now'],
    [300, 'genuine'],
    [-300, 'genuine'],
    [-301, 'timestamp too far from now'],
  ])('%i s after the timestamp', (ageSeconds, verdict) => {
    expect(
      verifyWebhook(secret, headers('msg_1', seconds, genuine), Buffer.from(body), at.getTime() + ageSeconds * 1000),
    ).toBe(verdict);
  });
});

describe('the receiver', () => {
  const deliveries: Delivery[] = [];
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver({ port: 0, secret, onDelivery: (delivery) => void deliveries.push(delivery) });
  });
  beforeEach(() => (deliveries.length = 0));
  afterAll(() => receiver.close());

  const send = (method: string, data: string | undefined, given: Record<string, string>) =>
    axios.request({
      url: receiver.url,
      method,
      data,
      headers: { 'content-type': 'application/cloudevents+json', ...given },
      proxy: false,
      validateStatus: null,
    });

  it('answers 204 to a genuine delivery and tells of it', async () => {
    const now = new Date();
    const signature = new StandardWebhook(secret).sign('msg_1', now, body);
    const { status } = await send('POST', body, headers('msg_1', String(Math.floor(now.getTime() / 1000)), signature));
    expect(status).toBe(204);
    expect(deliveries).toMatchObject([{ id: 'msg_1', verdict: 'genuine', body, headers: { 'webhook-id': 'msg_1' } }]);
    expect(deliveries.map(createDeliveryLines())).toEqual([
      `completed  ${'Alice'.padEnd(20)}  declined  signature holds`,
    ]);
  });

  it('answers 401 to any other, and tells why', async () => {
    const { status } = await send('POST', 'hello', {});
    expect(status).toBe(401);
    expect(deliveries.map(createDeliveryLines())).toEqual([
      '5 bytes that are no CloudEvent  NOT BELIEVED: signature headers missing',
    ]);
  });

  it('consents to the CloudEvents handshake', async () => {
    const answer = await send('OPTIONS', undefined, { 'webhook-request-origin': 'relay.example' });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'webhook-allowed-origin': 'relay.example',
      'webhook-allowed-rate': '*',
      allow: 'POST',
    });
  });

  test.each([
    ['GET', undefined, 405],
    ['POST', 'x'.repeat(300_000), 413],
  ])('%s of what it does not take: %#', async (method, data, expected) => {
    expect((await send(method, data, {})).status).toBe(expected);
    expect(deliveries).toEqual([]);
  });
});
