import fc from 'fast-check';
import { fromTextChunks, toAsciiJson, toMergedTextChunks, toTextChunks } from '../../../shared/storage/textChunks';

test('any JSON value is read back as it was written, under any name', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (given) => {
      // As JSON itself does: it has no negative zero.
      const value: unknown = JSON.parse(JSON.stringify(given));
      expect(fromTextChunks(toTextChunks(value))).toEqual(value);
      expect(fromTextChunks(toMergedTextChunks(value, 'results'), 'results')).toEqual(value);
    }),
    { numRuns: 200 },
  );
});

test('a long value is cut into texts that a property can hold, in ASCII', () => {
  const value = 'Ü😀'.repeat(10_000);
  const chunks = toTextChunks(value);
  expect(Object.keys(chunks)).toEqual(['body0', 'body1', 'body2', 'body3', 'body4', 'body5', 'body6']);
  for (const chunk of Object.values(chunks)) expect(chunk).toMatch(/^[\x20-\x7e]{1,30000}$/);
  expect(fromTextChunks(chunks)).toBe(value);
});

test('a short value that is merged over a long one ends it', () => {
  const row = { ...toMergedTextChunks('x'.repeat(90_000), 'results'), ...toMergedTextChunks(['new'], 'results') };
  expect(fromTextChunks(row, 'results')).toEqual(['new']);
});

test('a row without such texts has no value', () => {
  expect(fromTextChunks({ other: 'x', body0: 7 })).toBeUndefined();
  expect(fromTextChunks({ body0: '' })).toBeUndefined();
});

test('JSON in ASCII has as many bytes as characters', () => {
  const json = toAsciiJson({ name: 'Zoë 😀' });
  expect(json).toBe('{"name":"Zo\\u00eb \\ud83d\\ude00"}');
  expect(Buffer.byteLength(json)).toBe(json.length);
});
