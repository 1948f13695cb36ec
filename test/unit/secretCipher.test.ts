import { randomBytes } from 'node:crypto';
import { createSecretCipher } from '../../shared/secretCipher';
import { generateSecret } from '../../shared/webhooks/delivery/signature';

const key = () => randomBytes(32).toString('base64');
const secret = generateSecret();

test('decrypts what it encrypted, and never encrypts the same way twice', () => {
  const cipher = createSecretCipher(key());
  const [one, other] = [cipher.encryptSecret(secret, 'sub_a'), cipher.encryptSecret(secret, 'sub_a')];
  expect(one).not.toBe(other);
  expect(cipher.decryptSecret(one, 'sub_a')).toBe(secret);
});

test('an encrypted text shows nothing of the secret', () => {
  const encrypted = createSecretCipher(key()).encryptSecret(secret, 'sub_a');
  expect(encrypted).not.toContain(secret.slice('whsec_'.length, 20));
  expect(Buffer.from(encrypted.split(':')[1] ?? '', 'base64').includes(secret)).toBe(false);
});

test('a new key in front encrypts, the old one behind it still decrypts', () => {
  const [older, newer] = [key(), key()];
  const encrypted = createSecretCipher(older).encryptSecret(secret, 'sub_a');
  const rotated = createSecretCipher(`${newer}, ${older}`);
  expect(rotated.decryptSecret(encrypted, 'sub_a')).toBe(secret);
  expect(createSecretCipher(newer).decryptSecret(rotated.encryptSecret(secret, 'sub_a'), 'sub_a')).toBe(secret);
});

test('without the key that encrypted it nothing is decrypted', () => {
  const encrypted = createSecretCipher(key()).encryptSecret(secret, 'sub_a');
  expect(() => createSecretCipher(key()).decryptSecret(encrypted, 'sub_a')).toThrow(
    expect.objectContaining({ code: 'settingsInvalid' }),
  );
});

test('a row’s secret is not decrypted in another row', () => {
  const cipher = createSecretCipher(key());
  expect(() => cipher.decryptSecret(cipher.encryptSecret(secret, 'sub_a'), 'sub_b')).toThrow(
    expect.objectContaining({ code: 'internal' }),
  );
});

test.each([0, 12, 20, -1])('a changed byte (%i) is noticed', (at) => {
  const cipher = createSecretCipher(key());
  const [id = '', text = ''] = cipher.encryptSecret(secret, 'sub_a').split(':');
  const bytes = Buffer.from(text, 'base64');
  const index = at < 0 ? bytes.length + at : at;
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
  expect(() => cipher.decryptSecret(`${id}:${bytes.toString('base64')}`, 'sub_a')).toThrow(
    expect.objectContaining({ code: 'internal' }),
  );
});

test.each([undefined, '', ' , '])('without a key (%p) it seals nothing', (setting) => {
  expect(() => createSecretCipher(setting).encryptSecret(secret, 'sub_a')).toThrow(
    expect.objectContaining({ code: 'settingsInvalid' }),
  );
});

test.each(['short', randomBytes(16).toString('base64'), `${key()},x`])(
  'refuses a key that is not 32 bytes',
  (setting) => {
    expect(() => createSecretCipher(setting)).toThrow(expect.objectContaining({ code: 'settingsInvalid' }));
  },
);
