import type { RelayEvent } from '../../../../shared/invitations/events/relayEvent';
import { toTeamsCard, type ConfirmUrl } from '../../../../shared/webhooks/formats/teamsCard';
import { toTestEvent } from '../../../../shared/webhooks/subscriptions/sampleEvent';
import { cardProblems } from '../../../support/cardProblems';
import { callEvent } from '../../../support/webhookEvents';

interface TeamsMessage {
  readonly type: string;
  readonly attachments: readonly {
    readonly contentType: string;
    readonly contentUrl: null;
    readonly content: Record<string, unknown>;
  }[];
}

const confirmUrl: ConfirmUrl = (_event, command) => `https://relay.example/api/confirm/${command}`;
const ring = (data: NonNullable<Parameters<typeof callEvent>[1]>['data'] = {}): RelayEvent =>
  callEvent('started', { data });

const cards: readonly { readonly title: string; readonly card: object | undefined }[] = [
  { title: 'a ring', card: toTeamsCard(ring(), confirmUrl) },
  { title: 'a ring that can only be rejected', card: toTeamsCard(ring({ actions: ['decline'] }), confirmUrl) },
  { title: 'a ring that can only be seen', card: toTeamsCard(ring(), () => undefined) },
  { title: 'an urgent ring', card: toTeamsCard(ring({ importance: 'urgent' }), confirmUrl) },
  {
    title: 'a ring of somebody unknown, about nothing',
    card: toTeamsCard(callEvent('started', { data: { from: {}, to: {}, subject: '' } }), confirmUrl),
  },
  { title: 'a ring of a withheld number', card: toTeamsCard(ring({ from: { callerType: 'withheld' } }), confirmUrl) },
  {
    title: 'a ring for somebody else, forwarded',
    card: toTeamsCard(
      ring({ onBehalfOf: { name: 'The boss' }, forwardedBy: { uri: 'sip:carol@contoso.com' } }),
      confirmUrl,
    ),
  },
  { title: 'a ring with a text of any length', card: toTeamsCard(ring({ subject: '📞'.repeat(10_000) }), confirmUrl) },
  { title: 'a missed call', card: toTeamsCard(callEvent('completed'), confirmUrl) },
  { title: 'a test', card: toTeamsCard(toTestEvent('sub_a', 0), confirmUrl) },
];

describe('a Teams card', () => {
  test.each(cards)('validates against the Adaptive Card schema: $title', ({ card }) => {
    const message = card as TeamsMessage;
    expect(message).toMatchObject({
      type: 'message',
      attachments: [
        { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: { version: '1.4' } },
      ],
    });
    expect(message.attachments).toHaveLength(1);
    expect(cardProblems(message.attachments[0]?.content ?? {})).toEqual([]);
  });

  it('would be seen to be wrong', () => {
    const base = { type: 'AdaptiveCard', version: '1.4' };
    expect(cardProblems({ ...base, body: [{ type: 'Table' }] })).not.toEqual([]);
    expect(cardProblems({ ...base, body: [{ type: 'TextBlock', text: 'a', size: 'Huge' }] })).not.toEqual([]);
    expect(cardProblems({ ...base, body: [{ type: 'TextBlock', text: 'a', colour: 'Good' }] })).toEqual([
      'It has members that no such card has.',
    ]);
    expect(cardProblems({ ...base, actions: [{ type: 'Action.OpenUrl', title: 'a' }] })).not.toEqual([]);
  });
});
