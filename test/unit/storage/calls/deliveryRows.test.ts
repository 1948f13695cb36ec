import { fromDeliveryRow, toDeliveryRow, toDeliveryRowKey } from '../../../../shared/storage/calls/deliveryRows';
import { deliveryOf } from '../../../contract/callRecords';
import { sampleInvitationEvent } from '../../../support/sampleEvents';

const event = sampleInvitationEvent(1);

test('a delivery is in the partition of its subscription, and is read as it was written', () => {
  const written = toDeliveryRow(deliveryOf(event));
  expect(written).toMatchObject({ partitionKey: 'sub_b', rowKey: toDeliveryRowKey(event) });
  expect(fromDeliveryRow(written)).toEqual(deliveryOf(event));
});

test('the newest events come first', () => {
  const later = { ...event, timeMs: event.timeMs + 1 };
  expect(toDeliveryRowKey(later) < toDeliveryRowKey(event)).toBe(true);
});

test.each([
  ['a failure', { outcome: 'retrying', attempted: true, attempt: 3 }, 3],
  ['a success after two failures', { outcome: 'delivered', attempted: true, attempt: 3 }, 2],
  ['an end before the attempt that was due', { outcome: 'expired', attempted: false, attempt: 3 }, 2],
] as const)('%s counts the failures', (_title, changes, failures) => {
  expect(toDeliveryRow(deliveryOf(event, changes))).toMatchObject({ failures });
});
