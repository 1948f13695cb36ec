import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = readonly [Address, number];

/** The platform's WireServer and the instance metadata services hand out credentials, so that nothing may open them. */
const cloudAddresses: Readonly<Record<string, string>> = {
  '169.254.169.254': 'metadata',
  '100.100.100.200': 'metadata',
  'fd00:ec2::254': 'metadata',
  '168.63.129.16': 'wireServer',
};
/** What not even the operator's allow-list opens, beside them. */
const neverAllowed: ReadonlySet<string> = new Set(['unspecified', 'linkLocal', 'multicast', 'broadcast']);
/** Ranges of ipaddr.js (those of the IANA special-purpose registries, RFC 6890) whose names say little. */
const rangeNames: Readonly<Record<string, string>> = {
  '6to4': 'sixToFour',
  rfc6052: 'nat64',
  rfc6145: 'ipv4Translated',
};

/** The only part of IPv6 that is handed out for the public Internet (RFC 4291 §2.4, IANA IPv6 address space). */
const globalUnicast: Cidr = ipaddr.parseCIDR('2000::/3');

/**
 * The rule that forbids a connection to `address`, or undefined when it may be made. An IPv4-mapped IPv6 address is
 * judged as the IPv4 address it is; where a translator would make an IPv4 address of it, that one is judged too.
 * @param allowedCidrs `WEBHOOK_ALLOWED_CIDRS`: opens every range but metadata services, WireServer, link-local,
 * unspecified, multicast and broadcast. Pure.
 */
export function refuseAddress(address: string, allowedCidrs: readonly string[]): string | undefined {
  const parsed = parseAddress(address);
  if (parsed === undefined) return 'notAnAddress';
  const cloud = cloudAddresses[parsed.toString()];
  if (cloud !== undefined) return cloud;
  const range = rangeOf(parsed);
  if (range !== undefined && neverAllowed.has(range)) return range;
  if (!isInAny(parsed, allowedCidrs)) return range;
  return embeddedAddresses(parsed)
    .map((embedded) => refuseAddress(embedded, allowedCidrs))
    .find((rule) => rule !== undefined);
}

/** The special-purpose range that an address is in; undefined for one of the public Internet. */
function rangeOf(address: Address): string | undefined {
  const range: string = address.range();
  if (range !== 'unicast') return rangeNames[range] ?? range;
  return address.kind() === 'ipv4' || contains(globalUnicast, address) ? undefined : 'reserved';
}

/** Whether an address is in one of the ranges that the operator allows. */
export function isAllowedCidr(address: string, allowedCidrs: readonly string[]): boolean {
  const parsed = parseAddress(address);
  return parsed !== undefined && isInAny(parsed, allowedCidrs);
}

function isInAny(address: Address, cidrs: readonly string[]): boolean {
  return cidrs.some((cidr) => contains(ipaddr.parseCIDR(cidr), address));
}

/**
 * Reads an address as the operating system does. ipaddr.js alone is more generous: it knows octal and short IPv4, and it
 * takes `::8.8.8.8`, which is IPv4-compatible, for IPv4-mapped; URL writes IPv6 without dots.
 */
function parseAddress(address: string): Address | undefined {
  const [bare = ''] = address.split('%');
  switch (isIP(bare)) {
    case 4:
      return ipaddr.IPv4.parse(bare);
    case 6:
      return ipaddr.process(new URL(`http://[${bare}]`).hostname.slice(1, -1));
    default:
      return undefined;
  }
}

/** Where an IPv6 range carries an IPv4 address: the positions of its four bytes, and whether their bits are inverted. */
const embeddings: readonly (readonly [cidr: Cidr, bytes: readonly number[], inverted?: 'inverted'])[] = [
  [ipaddr.parseCIDR('::/96'), [12, 13, 14, 15]],
  [ipaddr.parseCIDR('::ffff:0:0:0/96'), [12, 13, 14, 15]],
  // RFC 6052 §2.2: the address follows the prefix, and byte 8 is left out.
  [ipaddr.parseCIDR('64:ff9b::/96'), [12, 13, 14, 15]],
  [ipaddr.parseCIDR('64:ff9b:1::/48'), [6, 7, 9, 10]],
  [ipaddr.parseCIDR('64:ff9b:1::/48'), [12, 13, 14, 15]],
  [ipaddr.parseCIDR('2002::/16'), [2, 3, 4, 5]],
  // RFC 4380 §4: the server, and the client with its bits inverted.
  [ipaddr.parseCIDR('2001::/32'), [4, 5, 6, 7]],
  [ipaddr.parseCIDR('2001::/32'), [12, 13, 14, 15], 'inverted'],
];

/** The IPv4 addresses to which a NAT64, 6to4, Teredo or other translator would send what goes to this address. */
function embeddedAddresses(address: Address): readonly string[] {
  const bytes = address.toByteArray();
  if (address.range() === 'loopback') return [];
  const found = embeddings
    .filter(([cidr]) => contains(cidr, address))
    .map(([, positions, inverted]) =>
      positions.map((at) => (bytes[at] ?? 0) ^ (inverted === undefined ? 0 : 0xff)).join('.'),
    );
  // Within 64:ff9b:1::/48 the address stands in one of two places; the other one is empty.
  return found.length > 1 ? found.filter((embedded) => embedded !== '0.0.0.0') : found;
}

function contains(cidr: Cidr, address: Address): boolean {
  return cidr[0].kind() === address.kind() && address.match(cidr[0], cidr[1]);
}
