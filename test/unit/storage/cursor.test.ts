import { encodeCursor, parseCursor } from '../../../shared/storage/cursor';

test('a cursor is the position where a page ended, safe in a query string', () => {
  const position = '8239999999999.event.0001.abc_-';
  expect(encodeCursor(position)).toMatch(/^[\w-]+$/);
  expect(parseCursor(encodeCursor(position), /^\d{13}\./)).toBe(position);
  expect(parseCursor(undefined, /^/)).toBeUndefined();
});

test.each([
  '',
  'no cursor',
  'a+b/',
  encodeCursor('line\nbreak'),
  encodeCursor('é'),
  encodeCursor('another list'),
  'A'.repeat(2001),
])('what no page can have ended with is refused: %j', (cursor) => {
  expect(() => parseCursor(cursor, /^\d{13}\./)).toThrow(
    expect.objectContaining({
      code: 'requestInvalid',
      extensions: { errors: [{ field: 'cursor', message: 'must be the cursor of the page before, unchanged' }] },
    }),
  );
});
