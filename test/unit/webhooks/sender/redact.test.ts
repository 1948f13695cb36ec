import { redact } from '../../../../shared/webhooks/sender/redact';

test.each([
  [
    'https://prod-1.logic.example:443/workflows/x?api-version=1&sp=%2Ftriggers&sig=a1-B2_c3',
    'https://prod-1.logic.example:443/workflows/x?api-version=1&sp=%2Ftriggers&sig=REDACTED',
  ],
  ['https://x.example/?code=abc&next=1', 'https://x.example/?code=REDACTED&next=1'],
  ['https://x.example/?Token=abc', 'https://x.example/?Token=REDACTED'],
  ['https://x.example/?signature=abc#x', 'https://x.example/?signature=REDACTED#x'],
  ['https://x.example/?design=abc', 'https://x.example/?design=abc'],
  ['<a href="https://x.example/?sig=abc">x</a>', '<a href="https://x.example/?sig=REDACTED">x</a>'],
  ['bad secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw!', 'bad secret whsec_REDACTED!'],
  ['Authorization: Bearer eyJhbGciOi.x.y', 'Authorization: Bearer REDACTED'],
  ['nothing to hide', 'nothing to hide'],
])('%s', (text, expected) => {
  expect(redact(text)).toBe(expected);
});
