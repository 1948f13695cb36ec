import type { RpcHttpCookie } from '../worker/functionsCore';

const SAME_SITE = { none: undefined, lax: 'Lax', strict: 'Strict', explicitNone: 'None' } as const;

/** A cookie as a Set-Cookie header (RFC 6265, section 4.1). */
export function toSetCookie(cookie: RpcHttpCookie): string {
  const sameSite = SAME_SITE[cookie.sameSite ?? 'none'];
  return [
    `${encodeURIComponent(cookie.name)}=${encodeURIComponent(cookie.value)}`,
    cookie.maxAge && `Max-Age=${cookie.maxAge.value}`,
    cookie.domain && `Domain=${cookie.domain.value}`,
    cookie.path && `Path=${cookie.path.value}`,
    cookie.expires && `Expires=${new Date(cookie.expires.value.seconds * 1000).toUTCString()}`,
    cookie.secure?.value === true && 'Secure',
    cookie.httpOnly?.value === true && 'HttpOnly',
    sameSite && `SameSite=${sameSite}`,
  ]
    .filter((part) => typeof part === 'string')
    .join('; ');
}
