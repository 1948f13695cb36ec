import { toFlatEvent } from '../../../../shared/webhooks/formats/flatEvent';
import { sampleGapEvent } from '../../../support/sampleEvents';
import { callEvent } from '../../../support/webhookEvents';

test('a ring is one level of plain values', () => {
  expect(toFlatEvent(callEvent('started'))).toEqual({
    id: 'call-1-started',
    type: 'ucwa.audioVideoInvitation.started',
    time: '2026-01-15T12:00:00.000Z',
    expiresAt: '2026-01-15T12:00:30.000Z',
    sequence: '000000000001-0001',
    account: 'sip:reception@contoso.com',
    invitationId: 'call-1',
    event: 'started',
    kind: 'audioVideo',
    direction: 'incoming',
    state: 'connecting',
    importance: 'normal',
    subject: 'Contract renewal',
    threadId: 'thread-1',
    callerName: 'Alice Müller',
    callerUri: 'sip:alice@fabrikam.com',
    callerNumber: '+4930123456',
    callerType: 'user',
    calleeName: 'Reception',
    calleeUri: 'sip:reception@contoso.com',
    audio: true,
    video: false,
    canDecline: true,
    canAcceptOnPhone: true,
  });
});

test.each([
  [{ result: 'missed', answered: false } as const, { outcome: 'missed', missed: true, answered: false }],
  [
    { result: 'answered', answered: true, answeredBy: 'relay' } as const,
    { outcome: 'answered', missed: false, answered: true, answeredBy: 'relay' },
  ],
  [{ result: 'answeredElsewhere' } as const, { outcome: 'answeredElsewhere', missed: false }],
])('an end says how it ended: %j', (outcome, expected) => {
  const flat = toFlatEvent(callEvent('completed', { data: { outcome } }));
  expect(flat).toMatchObject(expected);
  expect('answered' in flat).toBe('answered' in expected);
});

test('names who took the call', () => {
  const event = callEvent('completed', { data: { acceptedBy: [{ uri: 'sip:bob@contoso.com', name: 'Bob' }] } });
  expect(toFlatEvent(event)).toMatchObject({ acceptedByName: 'Bob', acceptedByUri: 'sip:bob@contoso.com' });
});

test('what is not known is absent', () => {
  const flat = toFlatEvent(callEvent('started', { data: { from: { uri: 'tel:+4930123456' } } }));
  expect(Object.keys(flat)).not.toContain('callerName');
  expect(Object.values(flat)).not.toContain(undefined);
});

test('a gap is flat as well', () => {
  expect(toFlatEvent(sampleGapEvent())).toMatchObject({
    type: 'ucwa.channel.gap',
    cause: 'outage',
    account: 'sip:reception@contoso.com',
  });
});
