import { reasonToDisable } from '../../../shared/webhooks/autoDisable';
import { countEntry, noDeliveries, sumCounts } from '../../../shared/webhooks/deliveryCounts';
import type { DeliveryLogEntry } from '../../../shared/webhooks/ports';

const dayMs = 24 * 3_600_000;
const entry = (changes: Partial<DeliveryLogEntry>): DeliveryLogEntry => ({
  subscriptionId: 'sub',
  deliveryId: '1.x',
  eventId: 'x',
  type: 't',
  subject: 's',
  round: 0,
  attempt: 1,
  attempted: true,
  atMs: 1000,
  durationMs: 5,
  outcome: 'delivered',
  ...changes,
});
const after = (...entries: Partial<DeliveryLogEntry>[]) => entries.map(entry).reduce(countEntry, noDeliveries);

test.each([
  ['a success', [{}], { attempts: 1, delivered: 1, failuresInRow: 0, lastDeliveredMs: 1000 }],
  [
    'a retry is no end',
    [{ outcome: 'retrying' as const }],
    { attempts: 1, failuresInRow: 1, failingSinceMs: 1000, lastFailedMs: 1000 },
  ],
  ['an end without an attempt is no attempt', [{ outcome: 'expired' as const, attempted: false }], { expired: 1 }],
  [
    'failing since the first failure',
    [{ outcome: 'retrying' as const }, { outcome: 'dead' as const, atMs: 2000 }],
    { attempts: 2, dead: 1, failuresInRow: 2, failingSinceMs: 1000, lastFailedMs: 2000 },
  ],
  [
    'a success ends the failing',
    [{ outcome: 'retrying' as const }, { atMs: 2000 }],
    { attempts: 2, delivered: 1, lastDeliveredMs: 2000 },
  ],
])('%s', (_name, entries, expected) => {
  expect(after(...entries)).toEqual({ ...noDeliveries, ...expected });
});

const delivered = (lastDeliveredMs: number) => ({ ...noDeliveries, attempts: 1, delivered: 1, lastDeliveredMs });
const failed = (failingSinceMs: number, lastFailedMs: number) => ({
  ...noDeliveries,
  attempts: 3,
  failuresInRow: 3,
  failingSinceMs,
  lastFailedMs,
});
test.each([
  ['nobody', [], {}],
  ['totals add up', [delivered(1000), delivered(2000)], { attempts: 2, delivered: 2, lastDeliveredMs: 2000 }],
  [
    'a success ends the failing that another saw before',
    [failed(500, 900), delivered(1000)],
    { attempts: 4, delivered: 1, lastDeliveredMs: 1000 },
  ],
  [
    'after a success all fail',
    [failed(1500, 1600), delivered(1000), failed(1400, 2000)],
    { attempts: 7, delivered: 1, failuresInRow: 6, failingSinceMs: 1400, lastDeliveredMs: 1000, lastFailedMs: 2000 },
  ],
  [
    'the failing that goes on began after the success of another',
    [failed(500, 1600), delivered(1000)],
    { attempts: 4, delivered: 1, failuresInRow: 3, failingSinceMs: 1000, lastDeliveredMs: 1000, lastFailedMs: 1600 },
  ],
])('of several writers, %s', (_name, parts, expected) => {
  expect(sumCounts(parts)).toEqual({ ...noDeliveries, ...expected });
});

test.each([
  ['never failed', noDeliveries, 10, false],
  ['failed for less than five days', { ...noDeliveries, failingSinceMs: 0, failuresInRow: 100 }, 4.99, false],
  ['failed for five days', { ...noDeliveries, failingSinceMs: 0, failuresInRow: 20 }, 5, true],
  ['failed seldom', { ...noDeliveries, failingSinceMs: 0, failuresInRow: 19 }, 50, false],
])('disables one that %s: after %p %d days: %s', (_name, counts, days, disables) => {
  expect(reasonToDisable(counts, days * dayMs) !== undefined).toBe(disables);
});
