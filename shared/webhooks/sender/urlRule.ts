import { isIP } from 'node:net';
import { isAllowedCidr, refuseAddress } from './addressRule';
import { parseUrl } from '../../parseUrl';

/** A URL taken apart for a request. `requestTarget` is path and query byte for byte as they were given. */
export interface CheckedUrl {
  readonly secure: boolean;
  /** As WHATWG URL normalises it, an IPv6 address without its brackets. */
  readonly host: string;
  /** Scheme, host and port, to which connections are kept; without the port that the scheme has anyway. */
  readonly origin: string;
  /** The Host header, without the trailing dot of a name. */
  readonly authority: string;
  readonly requestTarget: string;
}

/** Why a URL cannot be a subscriber's: the rule by its name, and a sentence without its subject. */
interface Refusal {
  readonly rule: string;
  readonly message: string;
}

export type UrlVerdict = { readonly ok: true; readonly url: CheckedUrl } | ({ readonly ok: false } & Refusal);

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
  const read = readUrl(text);
  if ('rule' in read) return { ok: false, ...read };
  const { parsed, rest } = read;
  const secure = parsed.protocol === 'https:';
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  const usual = secure ? 443 : 80;
  const port = parsed.port === '' ? usual : Number(parsed.port);
  const refusal = refuseHost(host, secure, allowedCidrs) ?? refusePort(port, usual);
  if (refusal !== undefined) return { ok: false, ...refusal };
  return {
    ok: true,
    url: {
      secure,
      host,
      origin: parsed.origin,
      authority: withoutTrailingDot(parsed.host),
      requestTarget: rest.startsWith('/') ? rest : `/${rest}`,
    },
  };
}

/** The text as a URL, and path and query as they were given; or why it is none that a subscriber can have. */
function readUrl(text: string): { readonly parsed: URL; readonly rest: string } | Refusal {
  if (text.length > MAX_URL_LENGTH)
    return { rule: 'tooLong', message: `has ${text.length} characters; at most ${MAX_URL_LENGTH} are taken` };
  const shape = SHAPE.exec(text);
  const [, , authority = '', rest = '', fragment] = shape ?? [];
  if (/[\s\p{Cc}]/u.test(text) || !/^[\x21-\x7e]*$/.test(rest))
    return {
      rule: 'characters',
      message: 'has spaces, control or non-ASCII characters; they must be percent-encoded',
    };
  const parsed = parseUrl(text);
  if (shape === null || parsed === undefined) {
    const isOfOtherScheme = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^https?:/i.test(text);
    return { rule: isOfOtherScheme ? 'scheme' : 'notAUrl', message: 'is not an absolute https URL' };
  }
  if (fragment !== undefined) return { rule: 'fragment', message: 'has a fragment (#…), which is never sent' };
  if (authority.includes('@')) return { rule: 'userinfo', message: 'has a user name or password before the host' };
  return { parsed, rest };
}

function refuseHost(host: string, secure: boolean, allowedCidrs: readonly string[]): Refusal | undefined {
  const isLiteral = isIP(host) !== 0;
  if (!isLiteral && !/^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/.test(host))
    return { rule: 'host', message: 'has a host that is no name or address' };
  const rule = isLiteral ? refuseAddress(host, allowedCidrs) : undefined;
  if (rule !== undefined) return { rule, message: `leads to ${host}, which is not allowed: ${rule}` };
  if (!secure && (isLiteral ? !isAllowedCidr(host, allowedCidrs) : allowedCidrs.length === 0))
    return { rule: 'scheme', message: 'must be https; http is for addresses in WEBHOOK_ALLOWED_CIDRS' };
  return undefined;
}

function refusePort(port: number, usual: number): Refusal | undefined {
  return port === usual || port >= 1024
    ? undefined
    : { rule: 'port', message: `has port ${port}; ${usual} and those from 1024 are allowed` };
}

/** A server compares Host and SNI with its own name, which has no dot at its end. */
function withoutTrailingDot(authority: string): string {
  return authority.replace(/\.(?=:\d+$|$)/, '');
}
