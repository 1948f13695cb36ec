import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { RelayError } from './errors/relayError';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps secrets unreadable in storage. */
export interface SecretCipher {
  /**
   * Encrypts for one `context` (the account, the subscription's field): the text cannot be decrypted in another. Error:
   * `settingsInvalid` without a key.
   */
  encryptSecret(secret: string, context: string): string;
  /** Errors: `settingsInvalid` when the key that encrypted it is not among the keys; `internal` when it was altered. */
  decryptSecret(encrypted: string, context: string): string;
  /** Whether the first key encrypted it, so that it outlives the others. */
  isCurrent(encrypted: string): boolean;
}

/**
 * AES-256-GCM with a fresh nonce per text. @param setting `RELAY_ENCRYPTION_KEY`: one or more keys of 32 bytes in base64
 * (`openssl rand -base64 32`), separated by commas. The first encrypts, each of them decrypts; to rotate, put a new key in front
 * and keep the old one until `npm run rotate-keys` has encrypted everything anew. A key's id is the start of its SHA-256, so that
 * ids need no keeping. Error: `settingsInvalid`.
 */
export function createSecretCipher(setting: string | undefined): SecretCipher {
  const keys = (setting ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(parseKey);
  const [encryptionKey] = keys;

  return {
    encryptSecret(secret, context) {
      if (encryptionKey === undefined)
        throw new RelayError(
          'settingsInvalid',
          'RELAY_ENCRYPTION_KEY is required: without it no secret can be stored.',
        );
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', encryptionKey.bytes, nonce).setAAD(Buffer.from(context));
      const encrypted = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${encryptionKey.id}:${encrypted.toString('base64')}`;
    },
    isCurrent: (encrypted) => encrypted.startsWith(`${encryptionKey?.id ?? ''}:`),
    decryptSecret(encrypted, context) {
      const [id, text = ''] = encrypted.split(':');
      const key = keys.find((one) => one.id === id);
      if (key === undefined)
        throw new RelayError(
          'settingsInvalid',
          'RELAY_ENCRYPTION_KEY lacks the key with which a secret in storage was encrypted: put that key back, behind the new one.',
        );
      const bytes = Buffer.from(text, 'base64');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, NONCE_BYTES)).setAAD(
          Buffer.from(context),
        );
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw new RelayError('internal', 'A secret in storage is damaged.', { cause });
      }
    },
  };
}

function parseKey(text: string): { readonly id: string; readonly bytes: Buffer } {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== KEY_BYTES) {
    throw new RelayError(
      'settingsInvalid',
      'RELAY_ENCRYPTION_KEY must be keys of 32 bytes in base64 (openssl rand -base64 32), separated by commas.',
    );
  }
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}
