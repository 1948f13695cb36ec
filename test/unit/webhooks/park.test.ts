import { isParked, type DeliveryMessage, type Waiting } from '../../../shared/webhooks/deliveryMessage';
import { firstMessage } from '../../../shared/webhooks/fanOut';
import { firstAttemptOf, park, type TurnedAway } from '../../../shared/webhooks/park';
import { callEvent, ringStartMs } from '../../support/webhookEvents';

const rendered = { contentType: 'application/json', body: '{"a":1}' };
const message = (id: string, changes: Partial<DeliveryMessage> = {}) => ({ ...firstMessage(callEvent('completed'), { id }, rendered), ...changes });
const turnedAway = (id: string, afterMs: number | undefined, changes: Partial<DeliveryMessage> = {}): TurnedAway => ({
  message: message(id, changes),
  waiting: { subscriptionId: id, atMs: afterMs === undefined ? undefined : ringStartMs + afterMs, deferrals: 1 },
});
const parkNow = (...those: readonly TurnedAway[]) => park(those, ringStartMs);
const parked = (...those: readonly TurnedAway[]) =>
  parkNow(...those).map(({ message: one }) => {
    if (!isParked(one)) throw new Error('it is not parked');
    return one;
  });
const idsOf = ({ waiting }: { readonly waiting: readonly Waiting[] }) => waiting.map(({ subscriptionId }) => subscriptionId);
const afterMs = (...those: readonly TurnedAway[]) => parkNow(...those).map(({ atMs }) => atMs && atMs - ringStartMs);

test('all who are sent the same bytes wait in one message, each with its own time', () => {
  const { event } = message('a');
  expect(parkNow(turnedAway('a', 3500), turnedAway('b', 2000), turnedAway('c', undefined))).toEqual([
    {
      message: {
        waiting: [
          { subscriptionId: 'a', atMs: ringStartMs + 3500, deferrals: 1 },
          { subscriptionId: 'b', atMs: ringStartMs + 2000, deferrals: 1 },
          { subscriptionId: 'c', atMs: undefined, deferrals: 1 },
        ],
        event,
        ...rendered,
        deferrals: 1,
      },
      atMs: ringStartMs + 2000,
    },
  ]);
});

test('for whom nothing is left to wait for comes at once', () => {
  expect(afterMs(turnedAway('a', undefined))).toEqual([undefined]);
});

describe('it is to be seen when the first is worth another look, or a little later with the next', () => {
  const many = Array.from({ length: 20 }, (_, n) => turnedAway(`sub_${n}`, n * 100));
  test.each([
    ['alone', [turnedAway('a', 700)], 700],
    ['with one that comes just after', [turnedAway('a', 200), turnedAway('b', 400)], 400],
    ['without one that comes later', [turnedAway('a', 200), turnedAway('b', 401)], 200],
    ['the later, the more there are', many, 1900],
    ['within half of the wait', [turnedAway('a', 80_000), turnedAway('b', 120_000), turnedAway('c', 120_001)], 120_000],
  ])('%s', (_how, those, expectedMs) => {
    expect(afterMs(...those)).toEqual([expectedMs]);
  });

  test('but four seconds later at most while a call rings', () => {
    const ring = { event: { ...message('a').event, expiryTimeMs: ringStartMs + 300_000 } };
    const those = Array.from({ length: 60 }, (_, n) => turnedAway(`sub_${n}`, 80_000 + n * 500, ring));
    expect(afterMs(...those)).toEqual([84_000]);
  });
});

test('other bytes are another message', () => {
  const those = [turnedAway('a', 1), turnedAway('b', 1, { body: '{"a":2}' }), turnedAway('c', 1), turnedAway('d', 1, { contentType: 'application/cloudevents+json' })];
  expect(parked(...those).map(idsOf)).toEqual([['d'], ['b'], ['a', 'c']]);
});

test('a message holds a hundred', () => {
  const ids = Array.from({ length: 201 }, (_, n) => `sub_${n}`);
  expect(parked(...ids.map((id) => turnedAway(id, 1))).map(idsOf)).toEqual([ids.slice(200), ids.slice(100, 200), ids.slice(0, 100)]);
});

test('each is the first attempt that it was, whatever has come between', () => {
  const traceParent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const [one] = parked(turnedAway('a', 1, { traceParent }), turnedAway('b', 1, { traceParent, isRepeated: true }));
  const [first] = one?.waiting ?? [];
  expect(one && first && firstAttemptOf(one, first)).toEqual(message('a', { traceParent, isRepeated: true }));
});
