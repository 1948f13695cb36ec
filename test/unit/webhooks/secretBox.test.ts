import { randomBytes } from 'node:crypto';
import { createSecretBox } from '../../../shared/webhooks/secretBox';
import { generateSecret } from '../../../shared/webhooks/signature';

const key = () => randomBytes(32).toString('base64');
const secret = generateSecret();

test('opens what it sealed, and never seals the same way twice', () => {
  const box = createSecretBox(key());
  const [one, other] = [box.seal(secret, 'sub_a'), box.seal(secret, 'sub_a')];
  expect(one).not.toBe(other);
  expect(box.open(one, 'sub_a')).toBe(secret);
});

test('a sealed text shows nothing of the secret', () => {
  const sealed = createSecretBox(key()).seal(secret, 'sub_a');
  expect(sealed).not.toContain(secret.slice('whsec_'.length, 20));
  expect(Buffer.from(sealed.split(':')[1] ?? '', 'base64').includes(secret)).toBe(false);
});

test('a new key in front seals, the old one behind it still opens', () => {
  const [older, newer] = [key(), key()];
  const sealed = createSecretBox(older).seal(secret, 'sub_a');
  const rotated = createSecretBox(`${newer}, ${older}`);
  expect(rotated.open(sealed, 'sub_a')).toBe(secret);
  expect(createSecretBox(newer).open(rotated.seal(secret, 'sub_a'), 'sub_a')).toBe(secret);
});

test('without the key that sealed it nothing opens', () => {
  const sealed = createSecretBox(key()).seal(secret, 'sub_a');
  expect(() => createSecretBox(key()).open(sealed, 'sub_a')).toThrow(
    expect.objectContaining({ code: 'settingsInvalid' }),
  );
});

test('a row’s secret does not open in another row', () => {
  const box = createSecretBox(key());
  expect(() => box.open(box.seal(secret, 'sub_a'), 'sub_b')).toThrow(expect.objectContaining({ code: 'internal' }));
});

test.each([0, 12, 20, -1])('a changed byte (%i) is noticed', (at) => {
  const box = createSecretBox(key());
  const [id = '', text = ''] = box.seal(secret, 'sub_a').split(':');
  const bytes = Buffer.from(text, 'base64');
  const index = at < 0 ? bytes.length + at : at;
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
  expect(() => box.open(`${id}:${bytes.toString('base64')}`, 'sub_a')).toThrow(
    expect.objectContaining({ code: 'internal' }),
  );
});

test.each([undefined, '', ' , '])('without a key (%p) it seals nothing', (setting) => {
  expect(() => createSecretBox(setting).seal(secret, 'sub_a')).toThrow(
    expect.objectContaining({ code: 'settingsInvalid' }),
  );
});

test.each(['short', randomBytes(16).toString('base64'), `${key()},x`])(
  'refuses a key that is not 32 bytes',
  (setting) => {
    expect(() => createSecretBox(setting)).toThrow(expect.objectContaining({ code: 'settingsInvalid' }));
  },
);
