import { toUnreadableMessage } from '../../../shared/messaging/toUnreadableMessage';
import { sampleUnreadableEvent } from '../../support/sampleEvents';

describe('toUnreadableMessage', () => {
  const reported = {
    id: 'unreadable-1',
    account: 'sip:reception@contoso.com',
    time: '2026-01-15T12:00:00.250Z',
    sequence: '000000000043-0001',
    reason: 'The event has no link.',
  };

  it.each([
    ['the raw text', undefined, { raw: '{"type":"started"}' }],
    ['the name of the blob that holds it', 'unreadable-1', { rawBlob: 'unreadable-1' }],
  ])('carries %s', (_what, rawBlob, carried) => {
    const message = toUnreadableMessage(sampleUnreadableEvent(), rawBlob);

    expect(message).toMatchObject({
      contentType: 'application/json',
      messageId: 'unreadable-1',
      applicationProperties: { account: 'sip:reception@contoso.com' },
    });
    expect(JSON.parse(message.body.toString())).toEqual({ ...reported, ...carried });
  });
});
