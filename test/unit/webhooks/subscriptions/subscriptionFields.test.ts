import {
  subscriptionChangeSchema,
  subscriptionRequestSchema,
} from '../../../../shared/webhooks/subscriptions/subscriptionRequest';

const url = 'https://receiver.example/hooks';
const secretOf = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`;
const headers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, 'v']));

test.each<[string, object, object]>([
  ['what is left out has its default', {}, { filters: {}, format: 'cloudevents', headers: {}, allowDuplicate: false }],
  ['a 0 is as good as not given', { timeoutSeconds: 0, maxPerMinute: 0 }, { timeoutSeconds: undefined }],
  ['the longest time-out and the highest rate', { timeoutSeconds: 15, maxPerMinute: 6000 }, { maxPerMinute: 6000 }],
  ['the shortest time-out and the lowest rate', { timeoutSeconds: 1, maxPerMinute: 1 }, { timeoutSeconds: 1 }],
  ['ten headers', { headers: headers(10) }, {}],
  ['a value of 1,024 characters', { headers: { 'x-api-key': 'x'.repeat(1024) } }, {}],
  ['a bearer token', { headers: { authorization: 'Bearer abc' } }, { headers: { authorization: 'Bearer abc' } }],
  ['the shortest secret', { secret: secretOf(24) }, {}],
  ['the longest secret', { secret: secretOf(64) }, {}],
  ['a description of 256 characters', { description: 'x'.repeat(256) }, {}],
])('takes %s', (_what, body, expected) => {
  expect(subscriptionRequestSchema.parse({ url, ...body })).toMatchObject(expected);
});

test.each<[string, object]>([
  ['eleven headers', { headers: headers(11) }],
  ['a value of 1,025 characters', { headers: { 'x-api-key': 'x'.repeat(1025) } }],
  ['a value with a line end', { headers: { 'x-api-key': 'a\r\nb' } }],
  ['a header named twice', { headers: { 'x-key': 'a', 'X-Key': 'b' } }],
  ...['Content-Type', 'webhook-id', 'CE-Type', 'Host', 'connection', 'Transfer-Encoding', 'traceparent', 'Expect'].map(
    (name): [string, object] => [`the header ${name}`, { headers: { [name]: 'x' } }],
  ),
  ['a time-out of 16 seconds', { timeoutSeconds: 16 }],
  ['a rate of 6,001', { maxPerMinute: 6001 }],
  ['a secret of 23 bytes', { secret: secretOf(23) }],
  ['a secret of 65 bytes', { secret: secretOf(65) }],
  ['a description of 257 characters', { description: 'x'.repeat(257) }],
])('refuses %s', (_what, body) => {
  expect(subscriptionRequestSchema.safeParse({ url, ...body }).success).toBe(false);
});

test.each([
  ['secret', secretOf(24)],
  ['allowDuplicate', true],
  ['id', 'sub_a'],
])('a change of %s is refused', (field, value) => {
  expect(subscriptionChangeSchema.safeParse({ [field]: value }).success).toBe(false);
});

test('null removes what can be left out, and nothing else', () => {
  const removed = { description: null, timeoutSeconds: null, maxPerMinute: null };
  expect(subscriptionChangeSchema.parse(removed)).toEqual(removed);
  for (const field of ['url', 'filters', 'format', 'headers', 'contentType', 'handshake', 'state'])
    expect(subscriptionChangeSchema.safeParse({ [field]: null }).success).toBe(false);
});
