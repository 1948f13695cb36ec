import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RelayError } from '../../../../shared/errors/relayError';
import { parsePackage } from '../../../../shared/ucwa/format/parsePackage';
import { parseResource } from '../../../../shared/ucwa/format/parseResource';

const fixture = (name: string): string => readFileSync(join(__dirname, '../../../fixtures', name), 'utf8');
const XML = 'application/vnd.microsoft.com.ucwa+xml; charset=utf-8';

test('the same invitation in JSON and in XML is the same value', () => {
  const fromJson = parseResource(fixture('audioVideoInvitation.json'), 'application/json');
  expect(fromJson).toEqual(parseResource(fixture('audioVideoInvitation.xml'), XML));
  expect(fromJson).toMatchObject({
    rel: 'audioVideoInvitation',
    properties: { joinAudioMuted: false, subject: 'Strategy for next quarter' },
    links: { self: [{ href: '/ucwa/v1/applications/192/communication/invitations/507' }] },
    embedded: {
      from: [{ rel: 'participant', properties: { name: 'Joe Smith', local: true } }],
      acceptedByParticipant: [{ rel: 'participant' }],
    },
  });
});

test('the same event package in JSON and in XML is the same value', () => {
  const fromJson = parsePackage(fixture('events.communication-and-me.json'), 'application/json; charset=utf-8');
  expect(fromJson).toEqual(parsePackage(fixture('events.communication-and-me.xml'), XML));
  expect(fromJson).toMatchObject({ package: { next: '/ucwa/oauth/v1/applications/102/events?ack=2' } });
});

test.each([
  ['a byte order mark', '\uFEFF{"rel":"me"}', 'application/json'],
  ['junk before the JSON', ')]}\',\n{"rel":"me"}', 'application/json'],
  ['a type that says nothing', ' {"rel":"me"}', 'application/octet-stream'],
  ['no type, XML', '<resource rel="me"/>', ''],
  ['a namespace prefix', '<u:resource rel="me" xmlns:u="http://schemas.microsoft.com/rtc/2012/03/ucwa"/>', 'text/xml'],
])('reads through %s', (_, text, contentType) => {
  expect(parseResource(text, contentType)).toEqual({ rel: 'me', properties: {}, links: {}, embedded: {} });
});

test.each([
  [
    'JSON',
    'application/json',
    '{"_links":{"ms:rtc:saas:self":{"href":"/1"},"ms:rtc:saas:to":{"href":"/2"},"to":{"href":"/3"}},' +
      '"_embedded":{"ms:rtc:saas:from":{"rel":"participant"}}}',
  ],
  [
    'XML',
    XML,
    '<resource><link rel="ms:rtc:saas:self" href="/1"/><link rel="ms:rtc:saas:to" href="/2"/><link rel="to" href="/3"/>' +
      '<resource rel="ms:rtc:saas:from"><property name="rel">participant</property></resource></resource>',
  ],
])('links and resources in %s go by their rel without its prefix; one that has none counts first', (_, type, text) => {
  expect(parseResource(text, type)).toMatchObject({
    links: { self: [{ href: '/1' }], to: [{ href: '/3' }] },
    embedded: { from: [{ rel: 'participant' }] },
  });
});

test('a single link or resource and a list of one are the same', () => {
  const single = { rel: 'r', _links: { a: { href: '/1' } }, _embedded: { b: { x: 1 } } };
  const list = { rel: 'r', _links: { a: [{ href: '/1' }] }, _embedded: { b: [{ x: 1 }] } };
  const parse = (value: unknown) => parseResource(JSON.stringify(value), 'application/json');
  expect(parse(single)).toEqual(parse(list));
});

test('XML: lists, entities, titles, and words that look like booleans', () => {
  const text =
    `<?xml version="1.0"?><resource rel="r" href="/r?a=1&amp;b=2">
    <link rel="from" href="/p" title="Alice &lt;A&gt;"/>
    <property name="subject">True</property><property name="privateLine">True</property>
    <property name="note"> two &amp; two </property><propertyList ` +
    `name="supportedModalities"><item>Audio</item><item>PhoneAudio</item></propertyList>
  </resource>`;
  expect(parseResource(text, XML)).toEqual({
    rel: 'r',
    properties: {
      subject: 'True',
      privateLine: true,
      note: ' two & two ',
      supportedModalities: ['Audio', 'PhoneAudio'],
    },
    links: { self: [{ href: '/r?a=1&b=2' }], from: [{ href: '/p', title: 'Alice <A>' }] },
    embedded: {},
  });
});

const nested = (depth: number): string => (depth === 0 ? '{}' : `{"_embedded":{"a":${nested(depth - 1)}}}`);

test.each([
  ['HTML', '<html><body>502</body></html>', 'text/html'],
  ['XHTML', '<html xmlns="http://www.w3.org/1999/xhtml"/>', 'application/xhtml+xml'],
  ['JSON that is cut off', '{"rel":"me","_li', 'application/json'],
  ['XML that is cut off', '<resource rel="me"><property name="a">x</prop', XML],
  ['XML that is not nested', '<resource><a></b></resource>', XML],
  ['two roots', '<resource/><resource/>', XML],
  ['a document type', '<!DOCTYPE r [<!ENTITY a "b">]><resource rel="&a;"/>', XML],
  ['a name that is dangerous', '<__proto__/>', XML],
  ['a number', '7', 'application/json'],
  ['an array', '[{"rel":"me"}]', 'application/json'],
  ['nesting beyond reason', nested(40), 'application/json'],
  ['nothing', '', 'application/json'],
])('refuses %s', (_, text, contentType) => {
  expect(() => parseResource(text, contentType)).toThrow(
    expect.objectContaining({ code: 'responseUnreadable' }) as RelayError,
  );
});

test('a property that is called __proto__ stays a property', () => {
  const { properties } = parseResource('{"__proto__":{"polluted":true},"rel":"me"}', 'application/json');
  expect(Object.getPrototypeOf(properties)).toBe(Object.prototype);
  expect(Object.keys(properties)).toEqual(['__proto__']);
});
