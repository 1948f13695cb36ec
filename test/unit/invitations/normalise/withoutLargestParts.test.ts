import { invitationDataSchema } from '../../../../shared/invitations/invitationData';
import type { InvitationEvent } from '../../../../shared/invitations/events/relayEvent';
import { withoutLargestParts } from '../../../../shared/invitations/normalise/withoutLargestParts';
import { sampleInvitationEvent } from '../../../support/sampleEvents';

const full: InvitationEvent = sampleInvitationEvent(1, {
  data: {
    ...sampleInvitationEvent().data,
    subject: 's'.repeat(300),
    from: { uri: 'sip:alice@contoso.com', name: 'N'.repeat(500), anonymous: false },
    media: {
      offers: [
        { contentId: 'a', fallback: true, sdp: 'v=0' },
        { fallback: false, sdp: 'v=0' },
      ],
      customContent: 'c'.repeat(50),
    },
    acceptedBy: [{ uri: 'sip:bob@contoso.com' }],
    outcome: { result: 'failed', message: 'm'.repeat(400) },
  },
});

/** The event after each removal, until nothing more may go. */
function removals(event: InvitationEvent): InvitationEvent[] {
  const less = withoutLargestParts(event);
  return less === undefined ? [] : [less, ...removals(less)];
}

describe('withoutLargestParts', () => {
  const steps = removals(full);
  const last = steps.at(-1);

  test('takes the SDP first, then the custom content, then by size, and names each', () => {
    expect(last?.data.omitted?.slice(0, 5)).toEqual([
      'media.offers.sdp',
      'media.customContent',
      'from.name',
      'outcome.message',
      'subject',
    ]);
  });

  test('leaves the offers when their SDP goes', () => {
    expect(steps[0]?.data.media?.offers).toEqual([{ contentId: 'a', fallback: true }, { fallback: false }]);
  });

  test('takes one part at a time and leaves a valid event, smaller or not much larger by the name of what went', () => {
    let before = full;
    for (const step of steps) {
      expect(step.data.omitted).toHaveLength((before.data.omitted ?? []).length + 1);
      expect(invitationDataSchema.safeParse(step.data).error).toBeUndefined();
      before = step;
    }
  });

  test('ends with what the event is about', () => {
    expect(last).toEqual({
      ...Object.fromEntries(Object.entries(full).filter(([name]) => name !== 'correlationId')),
      data: {
        invitationId: full.data.invitationId,
        event: 'started',
        kind: 'audioVideo',
        account: full.account,
        actions: full.data.actions,
        from: { anonymous: false },
        outcome: { result: 'failed' },
        omitted: last?.data.omitted,
      },
    });
  });

  test('takes the correlation id with the threadId', () => {
    const huge = sampleInvitationEvent(1, {
      correlationId: 't'.repeat(999),
      data: { ...sampleInvitationEvent().data, threadId: 't'.repeat(999) },
    });
    const less = withoutLargestParts(huge);
    expect(less?.data.omitted).toEqual(['threadId']);
    expect(less).not.toHaveProperty('correlationId');
  });

  test('changes nothing in the event given', () => {
    const before = JSON.stringify(full);
    removals(full);
    expect(JSON.stringify(full)).toBe(before);
  });
});
