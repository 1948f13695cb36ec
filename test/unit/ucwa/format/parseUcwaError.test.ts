import { parseUcwaError } from '../../../../shared/ucwa/format/parseUcwaError';

const reason = { code: 'NotFound', subcode: 'ApplicationNotFound', message: 'gone' };

test.each([
  ['JSON', JSON.stringify({ ...reason, debugInfo: { a: 1 } }), 'application/json; charset=utf-8', reason],
  [
    'JSON with an unknown subcode',
    '{"code":"Conflict","subcode":"SomethingNew"}',
    'application/json',
    { code: 'Conflict', subcode: 'SomethingNew' },
  ],
  [
    'XML',
    '<reason xmlns="http://schemas.microsoft.com/rtc/2012/03/ucwa">' +
      '<code>NotFound</code><subcode>ApplicationNotFound</subcode><message>gone</message></reason>',
    'application/vnd.microsoft.com.ucwa+xml',
    reason,
  ],
  ['JSON declared as HTML', JSON.stringify(reason), 'text/html', undefined],
  ['JSON that declares nothing', JSON.stringify(reason), '', undefined],
  ['an HTML page', '<html/>', 'text/html', undefined],
  ['an error without a code', '{"message":"x"}', 'application/json', undefined],
  ['an OAuth error', '{"error":"invalid_grant"}', 'application/json', undefined],
  ['JSON that is cut off', '{"code":', 'application/json', undefined],
  ['another XML', '<events/>', 'text/xml', undefined],
])('%s', (_, text, contentType, expected) => {
  expect(parseUcwaError(text, contentType)).toEqual(expected);
});
