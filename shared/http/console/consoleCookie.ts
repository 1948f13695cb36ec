import type { Cookie, HttpRequest } from '@azure/functions';
import { z } from 'zod';
import type { SecretCipher } from '../../secretCipher';

const personSchema = z.object({
  /** Of Microsoft Entra ID: what records name. */
  objectId: z.string(),
  /** As people know them. */
  name: z.string(),
  roles: z.array(z.string()),
});
const contentSchema = personSchema.extend({ expiresAtMs: z.number() });

/** Who is signed in to the console. */
export type ConsolePerson = z.infer<typeof personSchema>;

/** The prefix makes browsers take it from this host alone, over https alone (RFC 6265bis, section 4.1.3.2). */
const CONSOLE_COOKIE = '__Host-relay-console';
const LASTS_SECONDS = 8 * 3_600;
const CONTEXT = 'console cookie';

const attributes = { name: CONSOLE_COOKIE, httpOnly: true, secure: true, sameSite: 'Strict', path: '/' } as const;

/**
 * The cookie that stands for a sign-in, for 8 hours: who it is and what they may do, encrypted and authenticated with the first
 * key of `RELAY_ENCRYPTION_KEY`. A key that leaves the ring ends the sign-ins it was used for. Errors: `settingsInvalid` without
 * a key.
 */
export function toConsoleCookie({ objectId, name, roles }: ConsolePerson, cipher: SecretCipher, nowMs: number): Cookie {
  const content: z.infer<typeof contentSchema> = {
    ...{ objectId, name, roles },
    expiresAtMs: nowMs + LASTS_SECONDS * 1000,
  };
  const encrypted = cipher.encryptSecret(JSON.stringify(content), CONTEXT);
  // Base64url: hosts escape other characters in a cookie, and browsers send them back escaped.
  return { ...attributes, value: Buffer.from(encrypted).toString('base64url'), maxAge: LASTS_SECONDS };
}

/** What makes a browser forget the cookie. */
export const endedConsoleCookie: Cookie = { ...attributes, value: '', maxAge: 0 };

/** The person in the cookie; undefined without one, and for one that has expired, was altered, or was made with another key. */
export function readConsoleCookie(
  { headers }: Pick<HttpRequest, 'headers'>,
  cipher: Pick<SecretCipher, 'decryptSecret'>,
  nowMs: number,
): ConsolePerson | undefined {
  const value = cookieValue(headers.get('cookie') ?? '');
  if (value === undefined) return undefined;
  try {
    const text = cipher.decryptSecret(Buffer.from(value, 'base64url').toString(), CONTEXT);
    const { expiresAtMs, ...person } = contentSchema.parse(JSON.parse(text));
    return expiresAtMs > nowMs ? person : undefined;
  } catch {
    return undefined;
  }
}

function cookieValue(header: string): string | undefined {
  const prefix = `${CONSOLE_COOKIE}=`;
  const found = header.split(';').find((part) => part.trim().startsWith(prefix));
  return found?.trim().slice(prefix.length);
}
