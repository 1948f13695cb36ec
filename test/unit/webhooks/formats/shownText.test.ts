import { toShownText } from '../../../../shared/webhooks/formats/shownText';

test.each([
  ['a right-to-left override', 'abc\u202egnp.exe', 'abcgnp.exe'],
  ['isolates', '\u2066a\u2067b\u2068c\u2069', 'abc'],
  ['marks', 'a\u200eb\u200fc\u061cd', 'abcd'],
  ['zero-width characters', 'a\u200bb\u200cc\u200dd\u2060e\ufefff', 'abcdef'],
  ['a soft hyphen and fillers', 'a\u00adb\u115fc\u3164d', 'abcd'],
  ['tags', `a${String.fromCodePoint(0xe0041)}b`, 'ab'],
  ['line breaks and control characters', 'a\r\nb\u0000c\u2028d\u0007', 'a b c d'],
])('%s are taken out', (_what, text, shown) => {
  expect(toShownText(text)).toBe(shown);
});

test.each(['Alice Müller', 'أليس', '爱丽丝', 'Alice 📞', '[a](https://b) <b>&'])('%s stays as it is', (text) => {
  expect(toShownText(text)).toBe(text);
});

test('a longer text ends in an ellipsis, and never within a character', () => {
  expect(toShownText('📞'.repeat(10), 5)).toBe(`${'📞'.repeat(4)}…`);
  expect(toShownText('📞'.repeat(5), 5)).toBe('📞'.repeat(5));
});
