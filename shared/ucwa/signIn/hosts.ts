import { RelayError } from '../../errors/relayError';
import { parseUrl } from '../../parseUrl';

/** Where an account's password and ticket may go. Made once per account by `hostRule`. */
export interface HostRule {
  readonly domain: string;
  /** Host names beside the domain, lower case, without ports. */
  readonly hosts: readonly string[];
  /** Only an account whose configured discovery root is on this machine may be led to this machine. */
  readonly loopback: boolean;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The part of `sip:user@domain` after the last `@`, lower case, without port or parameters. */
export function sipDomain(sipUri: string): string {
  return sipUri
    .slice(sipUri.lastIndexOf('@') + 1)
    .replace(/[;?:].*$/, '')
    .toLowerCase();
}

/** The account's SIP domain and its subdomains, the hosts of `UCWA_ALLOWED_HOSTS`, and loopback for a discovery root on loopback. */
export function hostRule(sipUri: string, discoveryUrl: string | undefined, allowedHosts: readonly string[]): HostRule {
  return {
    domain: sipDomain(sipUri),
    hosts: allowedHosts,
    loopback: LOOPBACK.test(parseUrl(discoveryUrl ?? '')?.hostname ?? ''),
  };
}

/**
 * `address`, resolved against `base`, if a password or ticket may go there: https on an allowed host, or plain http on
 * loopback. Errors: `hostNotAllowed`, naming the host; it does not suggest to allow it, for anyone who can forge a
 * response could name one; `responseUnreadable` for no address.
 */
export function allowedUrl(rule: HostRule, address: string, base?: string): URL {
  const url = parseUrl(address, base);
  if (url === undefined)
    throw new RelayError('responseUnreadable', 'Skype for Business named an address that is none.');
  if (rule.loopback && LOOPBACK.test(url.hostname) && /^https?:$/.test(url.protocol)) return url;
  if (url.protocol !== 'https:') {
    throw new RelayError(
      'hostNotAllowed',
      `Sign-in would go to ${url.protocol}//${url.host} without TLS; only https is used.`,
      {
        extensions: { host: url.host, scheme: url.protocol.slice(0, -1) },
      },
    );
  }
  if (!isAllowed(rule, url.hostname)) {
    throw new RelayError(
      'hostNotAllowed',
      `Sign-in leads to ${url.host}, which is neither in ${rule.domain} nor in UCWA_ALLOWED_HOSTS: no password is sent there.`,
      {
        extensions: { host: url.host },
      },
    );
  }
  return url;
}

function isAllowed(rule: HostRule, host: string): boolean {
  return host === rule.domain || host.endsWith(`.${rule.domain}`) || rule.hosts.includes(host);
}
