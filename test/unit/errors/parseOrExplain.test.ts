import { z } from 'zod';
import { parseOrExplain } from '../../../shared/errors/parseOrExplain';

const schema = z.strictObject({ name: z.string(), size: z.number('must be a number of bytes').optional() });

describe('parseOrExplain', () => {
  it('gives what is right', () => {
    expect(parseOrExplain({ name: 'a' }, schema)).toEqual({ name: 'a' });
  });

  test.each([
    [{}, [{ field: 'name', message: 'is required' }], '"name" is required.'],
    [
      { name: 7, size: 'big' },
      [
        { field: 'name', message: 'must be of type string' },
        { field: 'size', message: 'must be a number of bytes' },
      ],
      '"name" must be of type string. "size" must be a number of bytes.',
    ],
    [
      { name: 'a', colour: 'red' },
      [{ field: 'colour', message: 'is not a field of this request' }],
      '"colour" is not a field of this request.',
    ],
    ['s3cret', [{ field: '', message: 'must be of type object' }], 'The command must be of type object.'],
  ])('says of %j what is wrong, field by field and in sentences', (value, errors, message) => {
    expect(() => parseOrExplain(value, schema, 'The command')).toThrow(
      expect.objectContaining({ code: 'requestInvalid', message, extensions: { errors } }),
    );
  });
});
