import { urlWarnings } from '../../../../shared/webhooks/subscriptions/url/urlWarnings';

const flow =
  'https://prod-00.westeurope.logic.azure.com/workflows/a/triggers/manual/paths/invoke?api-version=2016-06-01';

test.each([
  'https://receiver.example/hooks?a=b&c=d',
  `${flow}&sig=secret`,
  flow.replace('?', '?sig=secret&'),
  'https://notlogic.azure.example/x',
  'no URL',
])('nothing is said of %s', (url) => {
  expect(urlWarnings(url)).toEqual([]);
});

test.each([
  ['&amp; in the place of &', 'https://receiver.example/hooks?a=b&amp;c=secret', /&amp; where & is meant/],
  ['&AMP;', 'https://receiver.example/hooks?a=b&AMP;c=secret', /&amp; where & is meant/],
  ['a logic app without sig', `${flow}&code=secret`, /no sig parameter/],
  [
    'a flow without sig',
    'https://default0.0.environment.api.powerplatform.com/powerautomate/workflows/secret',
    /no sig parameter/,
  ],
  ['an Office 365 connector', 'https://contoso.webhook.office.com/webhookb2/secret', /retired/],
])('there is one warning of %s, which repeats nothing of the URL', (_what, url, expected) => {
  expect(urlWarnings(url)).toEqual([expect.stringMatching(expected)]);
  expect(urlWarnings(url).join()).not.toContain('secret');
});

test('a sig behind &amp; is seen', () => {
  expect(urlWarnings(`${flow}&amp;sig=secret`)).toEqual([expect.stringMatching(/&amp; where & is meant/)]);
});
