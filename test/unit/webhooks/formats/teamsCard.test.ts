import { toTeamsCard } from '../../../../shared/webhooks/formats/teamsCard';
import { sampleGapEvent } from '../../../support/sampleEvents';
import { callEvent } from '../../../support/webhookEvents';

const confirmUrl = (_event: unknown, command: string): string => `https://relay.example/confirm/${command}`;
const card = (event: Parameters<typeof toTeamsCard>[0], url: Parameters<typeof toTeamsCard>[1] = confirmUrl) =>
  JSON.stringify(toTeamsCard(event, url));

test('a ring shows who calls, what about, until when, and links to pages that ask', () => {
  expect(toTeamsCard(callEvent('started'), confirmUrl)).toEqual({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          body: [
            { type: 'TextBlock', isSubtle: true, wrap: true, text: 'ucwa-relay', size: 'Small' },
            {
              type: 'RichTextBlock',
              inlines: [
                {
                  type: 'TextRun',
                  text: 'Call from Alice Müller (alice@fabrikam.com)',
                  size: 'Large',
                  weight: 'Bolder',
                },
              ],
            },
            { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'Subject: Contract renewal' }] },
            { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'Number: +4930123456' }] },
            { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'For: Reception' }] },
            {
              type: 'TextBlock',
              isSubtle: true,
              wrap: true,
              text: 'Rings until {{TIME(2026-01-15T12:00:30Z)}}. This card does not change when the call ends.',
            },
          ],
          actions: [
            { type: 'Action.OpenUrl', title: 'Reject the call', url: 'https://relay.example/confirm/decline' },
            {
              type: 'Action.OpenUrl',
              title: 'Send it to Reception’s phone',
              url: 'https://relay.example/confirm/acceptWithPhoneAudio',
            },
          ],
        },
      },
    ],
  });
});

test('offers only what the invitation offers', () => {
  expect(card(callEvent('started', { data: { actions: ['decline'] } }))).not.toContain('Send it to');
});

test('has no buttons where there is no address for them', () => {
  expect(card(callEvent('started'), () => undefined)).not.toContain('"actions"');
});

test.each([
  [{ importance: 'urgent' }, 'Urgent call from Alice'],
  [{ from: { phoneNumber: '+4930123456' } }, 'Call from +4930123456'],
  [{ from: { uri: 'sip:alice@fabrikam.com' } }, 'Call from alice@fabrikam.com'],
  [{ from: { callerType: 'withheld' as const } }, 'Call from a withheld number'],
  [{ from: { anonymous: true, name: 'Anonymous' } }, 'Call from a withheld number'],
  [{ from: {} }, 'Call from an unknown caller'],
  [{ from: { uri: 'sip:mallory@evil.example', name: 'A'.repeat(500) } }, '… (mallory@evil.example)'],
  [{ from: { uri: 'sip:mallory@evil.example', name: '\u202ealice\u200b' } }, 'Call from alice (mallory@evil.example)'],
  [
    {
      from: {
        uri: 'sip:+4930123456@contoso.com;user=phone',
        callerType: 'phone' as const,
        phoneNumber: '+4930123456',
        name: 'ACME',
      },
    },
    'Call from ACME (+4930123456)',
  ],
  [{ from: { uri: 'sip:guest1@contoso.com', callerType: 'guest' as const, name: 'Eve' } }, 'Call from Eve (guest)'],
  [{ to: { uri: 'sip:boss@contoso.com', name: 'The boss' } }, 'Send it to reception@contoso.com’s phone'],
  [{ onBehalfOf: { name: 'The boss' } }, 'On behalf of: The boss'],
])('%j: %s', (data, text) => {
  expect(card(callEvent('started', { data }))).toContain(text);
});

test('a missed call has a card, and no links without a public address', () => {
  expect(card(callEvent('completed'))).toContain('Missed call from Alice Müller (alice@fabrikam.com)');
  expect(card(callEvent('completed'), () => undefined)).not.toContain('Action.OpenUrl');
});

test('a missed call’s card says when it was missed, in the reader’s time zone', () => {
  expect(card(callEvent('completed'))).toContain(
    '"text":"{{DATE(2026-01-15T12:00:00Z,SHORT)}} {{TIME(2026-01-15T12:00:00Z)}}"',
  );
});

test.each([
  ['a ring that is told late', callEvent('started', { data: { delayed: true } })],
  ['an update', callEvent('updated')],
  ['an answered call', callEvent('completed', { data: { outcome: { result: 'answered', answered: true } } })],
  ['an outgoing call', callEvent('started', { data: { direction: 'outgoing' } })],
  ['a gap', sampleGapEvent()],
])('says nothing of %s', (_what, event) => {
  expect(toTeamsCard(event, confirmUrl)).toBeUndefined();
});

test('stays under 20 KB whatever a caller writes, and reads none of it as Markdown', () => {
  const event = callEvent('started', {
    data: { subject: `[click](https://evil.example) ${'📞'.repeat(30_000)}`, from: { name: 'x'.repeat(50_000) } },
  });
  const text = card(event, () => `https://relay.example/confirm?capability=${'c'.repeat(1500)}`);
  expect(Buffer.byteLength(text)).toBeLessThan(20_000);
  expect(text).toContain('"TextRun","text":"Subject: [click]');
});

test('a missed call shows the plain values of what is attached to it, five at most, on one line each', () => {
  const context = {
    customer: 'Fabrikam\nCall from the boss',
    open: 2,
    vip: true,
    nested: { not: 'shown' },
    d: 'd',
    e: 'e',
    f: 'not shown',
  };
  const shown = card(callEvent('completed', { data: { context } }));
  for (const text of ['customer: Fabrikam Call from the boss', 'open: 2', 'vip: true', 'd: d', 'e: e'])
    expect(shown).toContain(`"${text}"`);
  expect(shown).not.toContain('not shown');
  expect(shown).not.toContain('nested');
});

test('a ring shows the position of the caller where it is known', () => {
  const from = { name: 'Alice', contact: { title: 'Buyer', company: 'Fabrikam' } };
  expect(card(callEvent('started', { data: { from } }))).toContain('"Caller: Buyer, Fabrikam"');
});

test('a missed call can be called back, unless nobody can tell who it was', () => {
  const missed = (from: object): string => card(callEvent('completed', { data: { from } }));
  const button = '{"type":"Action.OpenUrl","title":"Call back","url":"https://relay.example/confirm/callBack"}';
  expect(missed({ name: 'Alice', uri: 'sip:alice@fabrikam.com', callerType: 'user' })).toContain(button);
  for (const from of [{}, { callerType: 'withheld' }, { callerType: 'guest', uri: 'sip:g@contoso.com' }])
    expect(missed(from)).not.toContain('Action.OpenUrl');
});
