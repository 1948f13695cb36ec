import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePackage, recoverPackage } from '../../../../shared/ucwa/format/parsePackage';

const json = (value: unknown) => parsePackage(JSON.stringify(value), 'application/json');
const link = { rel: 'audioVideoInvitation', href: '/i/1' };

test('keeps senders and events in their order, the same sender twice included', () => {
  const sender = (type: string) => ({ rel: 'communication', href: '/c', events: [{ link, type }] });
  expect(
    json({
      _links: { next: { href: '/e?ack=2' } },
      sender: [sender('started'), { rel: 'me', href: '/me', events: [] }, sender('updated')],
    }),
  ).toEqual({
    package: {
      next: '/e?ack=2',
      senders: [
        { rel: 'communication', href: '/c', events: [{ link, type: 'started' }] },
        { rel: 'me', href: '/me', events: [] },
        { rel: 'communication', href: '/c', events: [{ link, type: 'updated' }] },
      ],
    },
  });
});

test('carries link titles, in, status and reason as they came', () => {
  const event = {
    link: { ...link, title: '' },
    in: { rel: 'conversation', href: '/c/1' },
    type: 'completed',
    status: 'Failure',
    reason: { code: 'RemoteFailure', subcode: 'NeverHeardOf', message: 'x', debugInfo: { a: 1 } },
  };
  expect(json({ sender: [{ rel: 'communication', href: '/c', events: [event] }] })).toMatchObject({
    package: {
      senders: [{ events: [{ ...event, reason: { code: 'RemoteFailure', subcode: 'NeverHeardOf', message: 'x' } }] }],
    },
  });
});

test.each([
  ['audioVideoInvitation', 'audioVideoInvitation'],
  ['ms:rtc:saas:audioVideoInvitation', 'audioVideoInvitation'],
  ['audioVideoInvitation', 'ms:rtc:saas:audioVideoInvitation'],
])('finds for the link %s what is embedded as %s', (rel, key) => {
  const event = {
    link: { rel, href: '/i/1' },
    type: 'started',
    _embedded: { other: {}, [key]: { state: 'Connecting' } },
  };
  expect(json({ sender: [{ events: [event] }] })).toMatchObject({
    package: { senders: [{ events: [{ resource: { rel: key, properties: { state: 'Connecting' } } }] }] },
  });
});

test.each([
  ['an event that is null', null, 'An event is not an object.'],
  ['an event without a link', { type: 'started' }, 'An event names no resource (no link with rel and href).'],
  [
    'an event whose link lacks its href',
    { link: { rel: 'x' }, type: 'started' },
    'An event names no resource (no link with rel and href).',
  ],
  ['an event without a type', { link }, 'An event has no type.'],
  [
    'an event that embeds a text',
    { link, type: 'started', _embedded: { audioVideoInvitation: 'x' } },
    'A resource is not an object.',
  ],
])('%s keeps its place, raw', (_, event, problem) => {
  const good = { link, type: 'started' };
  expect(
    json({ sender: [{ rel: 'c', href: '/c', events: [good, event, good].filter((each) => each !== null) }, 7] }),
  ).toEqual({
    package: {
      senders: [
        {
          rel: 'c',
          href: '/c',
          events: event === null ? [good, good] : [good, { problem, raw: JSON.stringify(event) }, good],
        },
        { rel: '', href: '', events: [{ problem: 'A sender is not an object.', raw: '7' }] },
      ],
    },
  });
});

test('an XML event that names no resource keeps its place, raw', () => {
  const text =
    '<events href="/e?ack=1"><link rel="next" href="/e?ack=2"/><sender rel="c" href="/c"><started rel="a"><x>1 ' +
    '&lt; 2</x></started></sender></events>';
  expect(parsePackage(text, 'application/xml')).toEqual({
    package: {
      next: '/e?ack=2',
      senders: [
        {
          rel: 'c',
          href: '/c',
          events: [
            {
              problem: 'An event names no resource (no rel and href).',
              raw: '<started rel="a"><x>1 &lt; 2</x></started>',
            },
          ],
        },
      ],
    },
  });
});

test('XML carries status, reason and in', () => {
  const text =
    `<events><sender rel="c" href="/c"><completed rel="audioVideoInvitation" href="/i/1" status="Failure">
    <in rel="conversation" ` +
    `href="/c/1"/><reason><code>RemoteFailure</code><subcode>Declined</subcode></reason></completed></sender></events>`;
  expect(parsePackage(text, 'text/xml')).toMatchObject({
    package: {
      senders: [
        {
          events: [
            {
              type: 'completed',
              status: 'Failure',
              in: { href: '/c/1' },
              reason: { code: 'RemoteFailure', subcode: 'Declined' },
            },
          ],
        },
      ],
    },
  });
});

test.each([
  ['a resync without senders', { _links: { resync: { href: '/e?ack=1' } } }, { resync: '/e?ack=1', senders: [] }],
  [
    'a resume with events',
    { _links: { resume: { href: '/e?ack=1' } }, sender: { rel: 'c', href: '/c', events: { link, type: 'started' } } },
    { resume: '/e?ack=1', senders: [{ rel: 'c', href: '/c', events: [{ link, type: 'started' }] }] },
  ],
  ['neither next nor sender', {}, { senders: [] }],
])('%s', (_, body, expected) => {
  expect(json(body)).toEqual({ package: expected });
});

test.each([
  ['', 'application/json', { package: { senders: [] } }],
  ['<p>Bad gateway</p>', 'text/html', { problem: 'The answer is an HTML page.' }],
  ['{"a":', 'application/json', { problem: 'The JSON is malformed or cut off.' }],
  ['"x"', 'application/json', { problem: 'The event package is not an object.' }],
  ['<reason/>', 'text/xml', { problem: 'The XML is a reason, not an event package.' }],
])('the body %j as %s', (text, contentType, expected) => {
  expect(parsePackage(text, contentType)).toEqual(expected);
});

test.each([
  [
    'JSON that is cut off',
    '{"_links":{"self":{"href":"/e?ack=1"},"next":{"href":"/e?ack=2\\u0026x=\\/y"}},"sender":[{"rel',
    '/e?ack=2&x=/y',
  ],
  ['XML that is cut off', '<events href="/e?ack=1"><link rel="next" href="/e?ack=2&amp;x=y"/><sender', '/e?ack=2&x=y'],
  ['anything else', 'Bad', undefined],
])('of %s the next address is saved, if it is there, and all of the text', (_, text, next) => {
  expect(recoverPackage(text, 'why')).toEqual({
    ...(next !== undefined && { next }),
    senders: [{ rel: '', href: '', events: [{ problem: 'why', raw: text }] }],
  });
});

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

test.each([
  ['a body', deep],
  ['a sender', (levels: number) => `{"sender":[${deep(levels)}]}`],
  ['an event', (levels: number) => `{"sender":[{"events":[${deep(levels)}]}]}`],
  [
    'a resource',
    (levels: number) =>
      `{"sender":[{"events":[{"link":{"rel":"a","href":"b"},"type":"c","_embedded":{"a":${deep(levels)}}}]}]}`,
  ],
  [
    'a property',
    (levels: number) =>
      `{"sender":[{"events":[{"link":{"rel":"a","href":"b"},"type":"c","_embedded":{"a":{"d":${deep(levels)}}}}]}]}`,
  ],
])('%s that nests absurdly deep is a problem; quotes and brackets in texts do not nest', (_, body) => {
  expect(parsePackage(body(200_000), 'application/json')).toEqual({ problem: 'The JSON is nested too deeply.' });
  expect(parsePackage(`{"said":${JSON.stringify(`\\"${deep(200_000)}"\\`)}}`, 'application/json')).toEqual({
    package: { senders: [] },
  });
});

test('whatever the body, there is a package or a problem, never an exception', () => {
  const valid = readFileSync(join(__dirname, '../../../fixtures/events.communication-and-me.json'), 'utf8');
  const xml = readFileSync(join(__dirname, '../../../fixtures/events.communication-and-me.xml'), 'utf8');
  const mutated = fc
    .tuple(fc.constantFrom(valid, xml), fc.nat(), fc.nat(40), fc.string())
    .map(([text, at, length, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + length));
  const body = fc.oneof(mutated, fc.json(), fc.string());
  fc.assert(
    fc.property(body, fc.constantFrom('application/json', 'text/xml', 'text/html', ''), (text, contentType) => {
      parsePackage(text, contentType);
    }),
    { numRuns: 500 },
  );
});
