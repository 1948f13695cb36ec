import { isIP } from 'node:net';
import { isAllowedCidr, refuseAddress, type AddressRefusal } from './addressRule';
import { parseUrl } from '../../parseUrl';

/** Why a URL cannot be a subscriber's. */
export type UrlRefusal =
  'tooLong' | 'characters' | 'notAUrl' | 'scheme' | 'userinfo' | 'fragment' | 'port' | 'host' | AddressRefusal;

/** A URL taken apart for a request. `requestTarget` is path and query byte for byte as they were given. */
export interface CheckedUrl {
  readonly secure: boolean;
  /** As WHATWG URL normalises it, an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  /** The Host header, without the trailing dot of a name. */
  readonly authority: string;
  readonly requestTarget: string;
}

export type UrlVerdict =
  | { readonly ok: true; readonly url: CheckedUrl }
  | { readonly ok: false; readonly rule: UrlRefusal; readonly message: string };

export const MAX_URL_LENGTH = 2048;

/** Scheme, authority, then path and query. A backslash would be a slash to one parser and part of a name to another. */
const SHAPE = /^(https?):\/\/([^/?#\\]+)([^#\\]*)(#.*)?$/i;

/**
 * Judges a subscriber's URL before anything is asked of the network: https on port 443 or from 1024, or http (port 80
 * too) where `WEBHOOK_ALLOWED_CIDRS` allows anything; no user info, no fragment, at most 2,048 characters. A host that
 * is an address in any spelling that WHATWG URL knows (decimal, octal, hexadecimal, unicode digits and dots) is judged
 * as that address; a name is judged by its addresses at every connection, see guardedLookup. Pure.
 */
export function checkUrl(text: string, allowedCidrs: readonly string[]): UrlVerdict {
  if (text.length > MAX_URL_LENGTH)
    return refuse('tooLong', `has ${text.length} characters; at most ${MAX_URL_LENGTH} are taken`);
  const shape = SHAPE.exec(text);
  const rest = shape?.[3] ?? '';
  if (/[\s\p{Cc}]/u.test(text) || !/^[\x21-\x7e]*$/.test(rest))
    return refuse('characters', 'has spaces, control or non-ASCII characters; they must be percent-encoded');
  const parsed = parseUrl(text);
  if (shape === null || parsed === undefined)
    return refuse(
      /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^https?:/i.test(text) ? 'scheme' : 'notAUrl',
      'is not an absolute https URL',
    );
  if (shape[4] !== undefined) return refuse('fragment', 'has a fragment (#…), which is never sent');
  if (shape[2]?.includes('@') === true) return refuse('userinfo', 'has a user name or password before the host');

  const secure = parsed.protocol === 'https:';
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  const port = parsed.port === '' ? (secure ? 443 : 80) : Number(parsed.port);
  if (host === '' || (isIP(host) === 0 && !/^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/.test(host)))
    return refuse('host', 'has a host that is no name or address');
  if (isIP(host) !== 0) {
    const rule = refuseAddress(host, allowedCidrs);
    if (rule !== undefined) return refuse(rule, `leads to ${host}, which is not allowed: ${rule}`);
  }
  const literal = isIP(host) !== 0;
  if (!secure && (literal ? !isAllowedCidr(host, allowedCidrs) : allowedCidrs.length === 0))
    return refuse('scheme', 'must be https; http is for addresses in WEBHOOK_ALLOWED_CIDRS');
  if (port !== (secure ? 443 : 80) && port < 1024)
    return refuse('port', `has port ${port}; ${secure ? 443 : 80} and those from 1024 are allowed`);
  return {
    ok: true,
    url: {
      secure,
      host,
      port,
      authority: withoutTrailingDot(parsed.host),
      requestTarget: rest.startsWith('/') ? rest : `/${rest}`,
    },
  };
}

/** A server compares Host and SNI with its own name, which has no dot at its end. */
function withoutTrailingDot(authority: string): string {
  return authority.replace(/\.(?=:\d+$|$)/, '');
}

function refuse(rule: UrlRefusal, message: string): UrlVerdict {
  return { ok: false, rule, message };
}
