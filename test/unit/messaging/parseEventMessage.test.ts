import { isInvitationEvent, parseEventMessage } from '../../../shared/invitations/events/parseEventMessage';
import { toServiceBusMessage } from '../../../shared/messaging/toServiceBusMessage';
import { sampleGapEvent, sampleInvitationEvent } from '../../support/sampleEvents';
import { thrownBy } from '../../support/thrownBy';

describe('parseEventMessage', () => {
  const { body } = toServiceBusMessage(sampleInvitationEvent());

  it.each<[string, unknown]>([
    ['the parsed object', JSON.parse(body.toString())],
    ['text', body.toString()],
    ['a Buffer', body],
    ['bytes', new Uint8Array(body)],
  ])('reads an event from %s', (_what, received) => {
    expect(parseEventMessage(received)).toEqual(sampleInvitationEvent());
  });

  it.each<[string, unknown]>([
    ['text that is no JSON', '{"specversion":'],
    ['bytes that are no JSON', Buffer.from('<event/>')],
    ['JSON that is no event', '{"specversion":"1.0"}'],
    ['nothing', undefined],
  ])('refuses %s', (_what, received) => {
    expect(thrownBy(() => parseEventMessage(received)).code).toBe('requestInvalid');
  });
});

describe('isInvitationEvent', () => {
  it('is true of an event about an invitation, whatever a newer version adds to it', () => {
    const event = sampleInvitationEvent();

    expect(isInvitationEvent(event)).toBe(true);
    expect(isInvitationEvent({ ...event, data: { ...event.data, addedLater: true } })).toBe(true);
  });

  it.each([
    ['a gap', sampleGapEvent()],
    ['a settled command', { ...sampleInvitationEvent(), type: 'ucwa.command.settled' }],
    ['an event whose data is none', { ...sampleInvitationEvent(), data: { kind: 'audioVideo' } }],
    ['an event without data', { ...sampleInvitationEvent(), data: undefined }],
  ])('is false of %s', (_what, event) => {
    expect(isInvitationEvent(event)).toBe(false);
  });
});
