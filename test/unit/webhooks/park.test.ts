import { isParked, type DeliveryMessage, type Waiting } from '../../../shared/webhooks/deliveryMessage';
import { firstMessage } from '../../../shared/webhooks/fanOut';
import { firstAttemptOf, park, parkAgain, type TurnedAway } from '../../../shared/webhooks/park';
import { callEvent, ringStartMs } from '../../support/webhookEvents';

const rendered = { contentType: 'application/json', body: '{"a":1}' };
const message = (id: string, changes: Partial<DeliveryMessage> = {}) => ({
  ...firstMessage(callEvent('completed'), { id }, rendered),
  ...changes,
});
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
const idsOf = ({ waiting }: { readonly waiting: readonly Waiting[] }) =>
  waiting.map(({ subscriptionId }) => subscriptionId);

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
  expect(parkNow(turnedAway('a', undefined)).map(({ atMs }) => atMs)).toEqual([undefined]);
});

describe('it is to be seen when the first is worth another look, or a little later with the next', () => {
  const ring = { event: { ...message('a').event, expiryTimeMs: ringStartMs + 300_000 } };
  const many = (changes?: Partial<DeliveryMessage>) =>
    Array.from({ length: 60 }, (_, n) => turnedAway(`sub_${n}`, 80_000 + n * 250, changes));
  const afterMs = (those: readonly TurnedAway[], looks: number) => {
    const [one] = parked(...those);
    const again =
      one &&
      (looks === 0 ? parkNow(...those)[0] : parkAgain({ ...one, deferrals: looks }, one.waiting, ringStartMs, false));
    return again?.atMs && again.atMs - ringStartMs;
  };
  test.each([
    ['alone', [turnedAway('a', 700)], 0, 700],
    ['with one that comes just after', [turnedAway('a', 200), turnedAway('b', 600)], 0, 600],
    ['without one that comes later', [turnedAway('a', 200), turnedAway('b', 601)], 0, 200],
    ['within a second at first', many(ring), 0, 81_000],
    ['within twice as much each further time', many(ring), 1, 82_000],
    ['within eight seconds at most', many(ring), 9, 88_000],
    [
      'while two seconds of the ring are left',
      many({ event: { ...message('a').event, expiryTimeMs: ringStartMs + 87_000 } }),
      9,
      85_000,
    ],
    [
      'in the last two, with all others',
      many({ event: { ...message('a').event, expiryTimeMs: ringStartMs + 81_900 } }),
      9,
      88_000,
    ],
    [
      'within half of the wait, where no call rings',
      [turnedAway('a', 80_000), turnedAway('b', 120_000), turnedAway('c', 120_001)],
      0,
      120_000,
    ],
  ])('%s', (_how, those, looks, expectedMs) => {
    expect(afterMs(those, looks)).toBe(expectedMs);
  });
});

test('other bytes are another message', () => {
  const those = [
    turnedAway('a', 1),
    turnedAway('b', 1, { body: '{"a":2}' }),
    turnedAway('c', 1),
    turnedAway('d', 1, { contentType: 'application/cloudevents+json' }),
  ];
  expect(parked(...those).map(idsOf)).toEqual([['d'], ['b'], ['a', 'c']]);
});

test('a message holds a hundred', () => {
  const ids = Array.from({ length: 201 }, (_, n) => `sub_${n}`);
  expect(parked(...ids.map((id) => turnedAway(id, 1))).map(idsOf)).toEqual([
    ids.slice(200),
    ids.slice(100, 200),
    ids.slice(0, 100),
  ]);
});

test('those who wait on are one message again, and each is the first attempt that it was, whatever has come between', () => {
  const traceParent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const [one] = parked(turnedAway('a', 1, { traceParent }), turnedAway('b', 1, { traceParent }));
  const later = { subscriptionId: 'b', atMs: ringStartMs + 5000, deferrals: 2 };
  const again = one && parkAgain(one, [later], ringStartMs, true);
  expect(again).toEqual({ message: { ...one, waiting: [later], deferrals: 2, isRepeated: true }, atMs: later.atMs });
  expect(again && isParked(again.message) && firstAttemptOf(again.message, later)).toEqual(
    message('b', { traceParent, isRepeated: true }),
  );
});
