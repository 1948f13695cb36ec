import { toCloudEvent } from '../../../shared/invitations/events/cloudEvent';
import { toServiceBusMessage } from '../../../shared/messaging/toServiceBusMessage';
import { sampleGapEvent, sampleInvitationEvent } from '../../support/sampleEvents';

describe('toServiceBusMessage', () => {
  it('puts outside the body what filters and sessions need', () => {
    const { body, ...outside } = toServiceBusMessage(sampleInvitationEvent());

    expect(outside).toEqual({
      contentType: 'application/cloudevents+json',
      messageId: 'event-1',
      sessionId: 'AQA-invitation',
      correlationId: 'dGhyZWFk',
      subject: 'ucwa.audioVideoInvitation.started',
      applicationProperties: {
        type: 'ucwa.audioVideoInvitation.started',
        kind: 'audioVideo',
        event: 'started',
        direction: 'incoming',
        state: 'connecting',
        importance: 'normal',
        account: 'sip:reception@contoso.com',
      },
    });
    expect(JSON.parse(body.toString('utf8'))).toEqual(toCloudEvent(sampleInvitationEvent()));
  });

  it('sets only the properties that the event has', () => {
    const gap = toServiceBusMessage(sampleGapEvent());

    expect(gap).not.toHaveProperty('correlationId');
    expect(gap.sessionId).toBe('sip:reception@contoso.com');
    expect(gap.applicationProperties).toEqual({ type: 'ucwa.channel.gap', account: 'sip:reception@contoso.com' });
  });

  it('names the trace of the event, under the name of Azure’s SDKs too', () => {
    const traceParent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { applicationProperties } = toServiceBusMessage({ ...sampleGapEvent(), traceParent });

    expect(applicationProperties).toMatchObject({ traceparent: traceParent, 'Diagnostic-Id': traceParent });
  });

  it.each([
    [128, 'as it is'],
    [129, 'as a hash'],
    [2_000, 'as a hash'],
  ])('gives a subject of %d characters %s, since Service Bus takes 128', (length, how) => {
    const subject = 'x'.repeat(length);

    const { sessionId = '' } = toServiceBusMessage(sampleGapEvent({ subject }));

    expect(sessionId === subject).toBe(how === 'as it is');
    expect(sessionId.length).toBeLessThanOrEqual(128);
    expect(sessionId).toBe(toServiceBusMessage(sampleGapEvent({ subject })).sessionId);
  });
});
