import { AdaptiveCard, SerializationContext, Versions } from 'adaptivecards';
import type { RelayEvent } from '../../../shared/invitations/relayEvent';
import { toNoticeCard, toTeamsCard, type ConfirmUrl } from '../../../shared/webhooks/teamsCard';
import { callEvent } from '../../support/webhookEvents';

interface TeamsMessage {
  readonly type: string;
  readonly attachments: readonly { readonly contentType: string; readonly contentUrl: null; readonly content: Record<string, unknown> }[];
}

/**
 * What Microsoft's own Adaptive Cards library finds wrong with a card as version 1.4, the newest that Teams shows
 * everywhere: elements, values and required members by its schema. A member that it does not know is lost when it writes
 * the card again, and so found as well.
 */
function problemsOf(card: Record<string, unknown>): readonly string[] {
  const context = new SerializationContext(Versions.v1_4);
  const parsed = new AdaptiveCard();
  parsed.parse(card, context);
  const problems = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
  const missing = parsed.validateProperties().validationEvents.map(({ message }) => message);
  const written = JSON.stringify(sorted(parsed.toJSON(new SerializationContext(Versions.v1_4))));
  return [...problems, ...missing, ...(written === JSON.stringify(sorted(card)) ? [] : ['It has members that no such card has.'])];
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, member]) => [name, sorted(member)]));
}

const confirmUrl: ConfirmUrl = (_event, command) => `https://relay.example/api/confirm/${command}`;
const ring = (data: NonNullable<Parameters<typeof callEvent>[1]>['data'] = {}): RelayEvent => callEvent('started', { data });

const cards: readonly { readonly title: string; readonly card: object | undefined }[] = [
  { title: 'a ring', card: toTeamsCard(ring(), confirmUrl) },
  { title: 'a ring that can only be rejected', card: toTeamsCard(ring({ actions: ['decline'] }), confirmUrl) },
  { title: 'a ring that can only be seen', card: toTeamsCard(ring(), () => undefined) },
  { title: 'an urgent ring', card: toTeamsCard(ring({ importance: 'urgent' }), confirmUrl) },
  { title: 'a ring of somebody unknown, about nothing', card: toTeamsCard(callEvent('started', { data: { from: {}, to: {}, subject: '' } }), confirmUrl) },
  { title: 'a ring of a withheld number', card: toTeamsCard(ring({ from: { callerType: 'withheld' } }), confirmUrl) },
  { title: 'a ring for somebody else, forwarded', card: toTeamsCard(ring({ onBehalfOf: { name: 'The boss' }, forwardedBy: { uri: 'sip:carol@contoso.com' } }), confirmUrl) },
  { title: 'a ring with a text of any length', card: toTeamsCard(ring({ subject: '📞'.repeat(10_000) }), confirmUrl) },
  { title: 'a missed call', card: toTeamsCard(callEvent('completed'), confirmUrl) },
  { title: 'a notice', card: toNoticeCard({ title: 'This is a test', lines: ['Nobody is calling.'] }) },
];

describe('a Teams card', () => {
  test.each(cards)('validates against the Adaptive Card schema: $title', ({ card }) => {
    const message = card as TeamsMessage;
    expect(message).toMatchObject({ type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: { version: '1.4' } }] });
    expect(message.attachments).toHaveLength(1);
    expect(problemsOf(message.attachments[0]?.content ?? {})).toEqual([]);
  });

  it('would be seen to be wrong', () => {
    const base = { type: 'AdaptiveCard', version: '1.4' };
    expect(problemsOf({ ...base, body: [{ type: 'Table' }] })).not.toEqual([]);
    expect(problemsOf({ ...base, body: [{ type: 'TextBlock', text: 'a', size: 'Huge' }] })).not.toEqual([]);
    expect(problemsOf({ ...base, body: [{ type: 'TextBlock', text: 'a', colour: 'Good' }] })).toEqual(['It has members that no such card has.']);
    expect(problemsOf({ ...base, actions: [{ type: 'Action.OpenUrl', title: 'a' }] })).not.toEqual([]);
  });
});
