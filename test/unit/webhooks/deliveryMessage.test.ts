import {
  deliveryIdOf,
  queuedMessageId,
  parseDeliveryId,
  parseQueuedMessage,
} from '../../../shared/webhooks/deliveryMessage';
import { firstMessage } from '../../../shared/webhooks/fanOut';
import { thrownBy } from '../../support/thrownBy';
import { callEvent, ringStartMs } from '../../support/webhookEvents';

const message = firstMessage(
  callEvent('started'),
  { id: 'sub_a' },
  { contentType: 'application/json', body: '{"ü":1}' },
);

test.each([
  ['the object', message],
  ['its text', JSON.stringify(message)],
  ['its bytes', Buffer.from(JSON.stringify(message))],
])('reads %s', (_what, body) => {
  expect(parseQueuedMessage(body)).toEqual(message);
});

test.each(['', '{', {}, null, { ...message, attempt: 0 }])('refuses %p', (body) => {
  expect(thrownBy(() => parseQueuedMessage(body))).toMatchObject({ code: 'requestInvalid' });
});

test('the same attempt has the same id, any other another', () => {
  const ids = [
    message,
    { ...message, attempt: 2 },
    { ...message, deferrals: 1 },
    { ...message, round: 1 },
    { ...message, subscriptionId: 'sub_b' },
  ].map(queuedMessageId);
  expect(new Set(ids).size).toBe(5);
  expect(queuedMessageId({ ...message, body: 'other' })).toBe(ids[0]);
});

test('a delivery id names the event and its time', () => {
  expect(parseDeliveryId(deliveryIdOf(message.event))).toEqual({ timeMs: ringStartMs, id: 'call-1-started' });
});

test.each(['', 'x', '1.x', `${ringStartMs}`, `${ringStartMs}.`, `${ringStartMs}.a/b`, `${ringStartMs}.a' or 1 eq 1`])(
  '%p is no delivery id',
  (text) => {
    expect(parseDeliveryId(text)).toBeUndefined();
  },
);
