import fc from 'fast-check';
import { checkUrl } from '../../../../shared/webhooks/sender/urlRule';
import { URL_PATTERN } from '../../../../shared/webhooks/subscriptions/subscriptionRequest';

const documented = new RegExp(URL_PATTERN);
/** Texts that are nearly URLs. */
const nearlyUrl = fc
  .tuple(
    fc.constantFrom('https://', 'http://', 'HTTPS://', 'ftp://', 'https:/', ''),
    fc.constantFrom('', 'user@', 'a:b@'),
    fc.constantFrom(
      'receiver.example',
      '8.8.8.8',
      '[2a01::1]',
      '[2a01::1',
      'bücher.example',
      'a b',
      '',
      'a\\\\b',
      '%61.example',
    ),
    fc.constantFrom('', ':', ':443', ':8443', ':99999999', ':x'),
    fc.oneof(fc.constantFrom('', '/', '?', '#', '/a#b', '/a b', '/ü', '/a\\\\b', '/[a]', '/a?b=c&d'), fc.webPath()),
  )
  .map((parts) => parts.join(''));

const refusal = (url: string): string | undefined => {
  const verdict = checkUrl(url, []);
  return verdict.ok ? undefined : verdict.rule;
};

test('the documented pattern refuses no URL that is taken', () => {
  fc.assert(
    fc.property(nearlyUrl, (url) => {
      fc.pre(refusal(url) === undefined);
      return documented.test(url);
    }),
    { numRuns: 300 },
  );
});

test('a URL of the documented pattern is refused for its host or port only', () => {
  fc.assert(
    fc.property(fc.oneof(nearlyUrl, fc.stringMatching(documented)), (url) => {
      fc.pre(documented.test(url));
      const rule = refusal(url);
      expect(['characters', 'userinfo', 'fragment']).not.toContain(rule);
      if (rule === 'notAUrl' || rule === 'scheme') expect(url).toMatch(/^https?:/i);
    }),
    { numRuns: 300 },
  );
});

test.each(['https://receiver.example', 'HTTPS://Receiver.Example:8443/a/../b?c=%2F&d', 'https://[2a01:4f8::1]/x'])(
  '%s is taken by both',
  (url) => {
    expect([documented.test(url), refusal(url)]).toEqual([true, undefined]);
  },
);

test.each([
  'https://user@receiver.example/',
  'https://receiver.example/#part',
  'https://receiver.example/a b',
  'ftp://receiver.example/',
  'receiver.example',
  '',
])('%j is refused by both', (url) => {
  expect(documented.test(url)).toBe(false);
  expect(refusal(url)).toBeDefined();
});
