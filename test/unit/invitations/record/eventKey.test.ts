import { accountKey } from '../../../../shared/invitations/invitationId';
import { parseDeliveryId, toDeliveryId, toEventKey } from '../../../../shared/invitations/record/eventKey';
import { sampleGapEvent, sampleInvitationEvent } from '../../../support/sampleEvents';

const { sequence: _sequence, ...unordered } = sampleInvitationEvent();
const settled = { ...unordered, type: 'ucwa.command.settled' };

describe('the place of an event on record', () => {
  it.each([
    ['by sequence', sampleInvitationEvent(), 'AQA-invitation', 'event.000000000042-0001.event-1'],
    ['by time for a settled command', settled, 'AQA-invitation', 'command.1768478400250.event-1'],
    ['in its account’s partition for a gap', sampleGapEvent(), accountKey(settled.account), 'gap.1768478400250.gap-1'],
  ])('is %s', (_title, event, partition, row) => expect(toEventKey(event)).toEqual({ partition, row }));

  it('is the same for an account in any case', () => {
    const gap = sampleGapEvent();
    expect(toEventKey({ ...gap, account: gap.account.toUpperCase() })).toEqual(toEventKey(gap));
  });

  it.each([sampleInvitationEvent(), sampleGapEvent(), { ...sampleInvitationEvent(), subject: 'urn:a/b#c', id: 'a.b' }])(
    'is named by a delivery id',
    (event) => {
      const deliveryId = toDeliveryId(event);
      expect(encodeURIComponent(deliveryId)).toBe(deliveryId);
      expect(parseDeliveryId(deliveryId)).toEqual(toEventKey(event));
    },
  );

  it.each(['', 'x', '../../etc', 'a.event.1', 'a.other.1.2', 'a.event.1.2.3', 'a b.event.1.2'])(
    'is not named by %j',
    (deliveryId) => expect(parseDeliveryId(deliveryId)).toBeUndefined(),
  );
});
