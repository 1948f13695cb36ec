import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { generateSecret, isSecret, signatureHeaders } from '../../../../shared/webhooks/delivery/signature';

const nowMs = Date.UTC(2026, 0, 15, 12);
const timestampSeconds = nowMs / 1000;
const text = JSON.stringify({ subject: 'Grüße 📞', n: 1 });
const body = Buffer.from(text, 'utf8');
const id = 'call-1-started';

beforeAll(
  () => void jest.useFakeTimers({ now: nowMs, doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'setInterval'] }),
);
afterAll(() => void jest.useRealTimers());

/** Receivers in the packages that subscribers use. */
const verifiers = [
  ['standardwebhooks', (secret: string) => new StandardWebhook(secret)],
  ['svix', (secret: string) => new SvixWebhook(secret)],
] as const;

test('signs the vector of the Standard Webhooks specification', () => {
  const headers = signatureHeaders({
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestampSeconds: 1614265330,
    body: Buffer.from('{"test": 2432232314}'),
    secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  });
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

describe.each(verifiers)('%s', (_name, receiver) => {
  const secret = generateSecret();
  const signed = (changes: object = {}) => ({
    ...signatureHeaders({ id, timestampSeconds, body, secrets: [secret] }),
    ...changes,
  });

  test('verifies what we sign, and gets the body', () => {
    expect(receiver(secret).verify(text, signed())).toEqual(JSON.parse(text));
  });

  test('verifies with the old and with the new secret while a rotation overlaps', () => {
    const newer = generateSecret();
    const both = { ...signatureHeaders({ id, timestampSeconds, body, secrets: [newer, secret] }) };
    expect(receiver(secret).verify(text, both)).toEqual(JSON.parse(text));
    expect(receiver(newer).verify(text, both)).toEqual(JSON.parse(text));
  });

  test.each([
    ['a tampered body', (headers: Record<string, string>) => receiver(secret).verify(text.replace('1', '2'), headers)],
    ['another secret', (headers: Record<string, string>) => receiver(generateSecret()).verify(text, headers)],
    [
      'another id',
      (headers: Record<string, string>) => receiver(secret).verify(text, { ...headers, 'webhook-id': 'other' }),
    ],
    [
      'another timestamp',
      (headers: Record<string, string>) =>
        receiver(secret).verify(text, { ...headers, 'webhook-timestamp': String(timestampSeconds + 1) }),
    ],
  ])('refuses %s', (_what, verify) => {
    expect(() => verify(signed())).toThrow('No matching signature');
  });

  test.each([
    ['old', -301],
    ['new', 301],
  ])('refuses a timestamp that is too %s', (age, offsetSeconds) => {
    const headers = {
      ...signatureHeaders({ id, timestampSeconds: timestampSeconds + offsetSeconds, body, secrets: [secret] }),
    };
    expect(() => receiver(secret).verify(text, headers)).toThrow(`too ${age}`);
  });
});

describe('isSecret', () => {
  const ofBytes = (count: number) => `whsec_${Buffer.alloc(count, 7).toString('base64')}`;
  test.each([
    [generateSecret(), true],
    [ofBytes(24), true],
    [ofBytes(64), true],
    [ofBytes(23), false],
    [ofBytes(65), false],
    [ofBytes(32).slice('whsec_'.length), false],
    [`${ofBytes(32)}!`, false],
    [ofBytes(32).replace(/=+$/, ''), false],
    ['', false],
  ])('%s: %s', (secret, expected) => {
    expect(isSecret(secret)).toBe(expected);
  });
});
