import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { readJson, writePrivateJson } from './privateFile';
import { stackFolder } from './stackFile';

const localKeysSchema = z.object({
  /** `RELAY_SIGNING_KEY`: invitation ids of yesterday are still good today. */
  signingKey: z.string().min(32),
  /** `RELAY_ENCRYPTION_KEY`: 32 bytes, base64. */
  encryptionKey: z.string().min(44),
  /** Of the functions host, so that a copied curl works again after a restart. */
  functionsKey: z.string().min(32),
  /** Of the sample receiver, `whsec_` and base64. */
  receiverSecret: z.string().startsWith('whsec_'),
});
export type LocalKeys = z.infer<typeof localKeysSchema>;

/** The keys of the stack in this folder: made up once, at random, and kept in `.local/keys.json` (mode 0600). */
export async function localKeys(workingFolder: string): Promise<LocalKeys> {
  const file = path.join(stackFolder(workingFolder), 'keys.json');
  const kept = await readJson(file, localKeysSchema);
  if (kept !== undefined) return kept;
  const random = (encoding: 'base64' | 'base64url'): string => randomBytes(32).toString(encoding);
  const keys: LocalKeys = {
    signingKey: random('base64'),
    encryptionKey: random('base64'),
    functionsKey: random('base64url'),
    receiverSecret: `whsec_${random('base64')}`,
  };
  await writePrivateJson(file, keys);
  return keys;
}
