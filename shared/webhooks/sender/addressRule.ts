import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Why an address is no place to send an event to. */
export type AddressRefusal =
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'carrierGradeNat'
  | 'linkLocal'
  | 'wireServer'
  | 'metadata'
  | 'multicast'
  | 'broadcast'
  | 'reserved'
  | 'documentation'
  | 'benchmarking'
  | 'uniqueLocal'
  | 'siteLocal'
  | 'ipv4Compatible'
  | 'ipv4Translated'
  | 'nat64'
  | 'sixToFour'
  | 'teredo'
  | 'notAnAddress';

type Cidr = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** A range, and whether not even the operator's allow-list opens it. */
type Range = readonly [cidr: string, rule: AddressRefusal, always?: 'always'];

/**
 * The ranges of the IANA special-purpose registries (RFC 6890) and those of the cloud: the platform's WireServer and
 * the instance metadata services hand out credentials, so that nothing may open them. The first that fits names the rule.
 */
const ranges: readonly Range[] = [
  ['169.254.169.254/32', 'metadata', 'always'],
  ['100.100.100.200/32', 'metadata', 'always'],
  ['168.63.129.16/32', 'wireServer', 'always'],
  ['fd00:ec2::254/128', 'metadata', 'always'],
  ['0.0.0.0/8', 'unspecified', 'always'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'carrierGradeNat'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'linkLocal', 'always'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'documentation'],
  ['192.31.196.0/24', 'reserved'],
  ['192.52.193.0/24', 'reserved'],
  ['192.88.99.0/24', 'sixToFour'],
  ['192.168.0.0/16', 'private'],
  ['192.175.48.0/24', 'reserved'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast', 'always'],
  ['255.255.255.255/32', 'broadcast', 'always'],
  ['240.0.0.0/4', 'reserved'],
  ['::/128', 'unspecified', 'always'],
  ['::1/128', 'loopback'],
  ['::/96', 'ipv4Compatible'],
  ['::ffff:0:0:0/96', 'ipv4Translated'],
  ['64:ff9b::/96', 'nat64'],
  ['64:ff9b:1::/48', 'nat64'],
  ['100::/64', 'reserved'],
  ['2001::/32', 'teredo'],
  ['2001:2::/48', 'benchmarking'],
  ['2001:db8::/32', 'documentation'],
  ['2001::/23', 'reserved'],
  ['2002::/16', 'sixToFour'],
  ['2620:4f:8000::/48', 'reserved'],
  ['3fff::/20', 'documentation'],
  ['fc00::/7', 'uniqueLocal'],
  ['fe80::/10', 'linkLocal', 'always'],
  ['fec0::/10', 'siteLocal'],
  ['ff00::/8', 'multicast', 'always'],
];
const parsedRanges = ranges.map(([cidr, rule, always]) => ({
  cidr: ipaddr.parseCIDR(cidr),
  rule,
  always: always !== undefined,
}));

/** The only part of IPv6 that is handed out for the public Internet (RFC 4291 §2.4, IANA IPv6 address space). */
const globalUnicast: Cidr = ipaddr.parseCIDR('2000::/3');

/**
 * The rule that forbids a connection to `address`, or undefined when it may be made. An IPv4-mapped IPv6 address is
 * judged as the IPv4 address it is; where a translator would make an IPv4 address of it, that one is judged too.
 * @param allowedCidrs `WEBHOOK_ALLOWED_CIDRS`: opens every range but metadata services, WireServer, link-local,
 * unspecified, multicast and broadcast. Pure.
 */
export function refuseAddress(address: string, allowedCidrs: readonly string[]): AddressRefusal | undefined {
  const parsed = parseAddress(address);
  if (parsed === undefined) return 'notAnAddress';
  const range = parsedRanges.find(({ cidr }) => contains(cidr, parsed));
  if (range?.always === true) return range.rule;
  if (isInAny(parsed, allowedCidrs)) {
    return embeddedAddresses(parsed)
      .map((embedded) => refuseAddress(embedded, allowedCidrs))
      .find((rule) => rule !== undefined);
  }
  if (range !== undefined) return range.rule;
  return parsed.kind() === 'ipv4' || contains(globalUnicast, parsed) ? undefined : 'reserved';
}

/** Whether an address is in one of the ranges that the operator allows. */
export function isAllowedCidr(address: string, allowedCidrs: readonly string[]): boolean {
  const parsed = parseAddress(address);
  return parsed !== undefined && isInAny(parsed, allowedCidrs);
}

function isInAny(address: ipaddr.IPv4 | ipaddr.IPv6, cidrs: readonly string[]): boolean {
  return cidrs.some((cidr) => contains(ipaddr.parseCIDR(cidr), address));
}

/** Whether an address is this machine itself (127.0.0.0/8 or ::1). */
export function isLoopback(address: string): boolean {
  return parseAddress(address)?.range() === 'loopback';
}

/**
 * Reads an address as the operating system does. ipaddr.js alone is more generous: it knows octal and short IPv4, and it
 * takes `::8.8.8.8`, which is IPv4-compatible, for IPv4-mapped; URL writes IPv6 without dots.
 */
function parseAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
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
function embeddedAddresses(address: ipaddr.IPv4 | ipaddr.IPv6): readonly string[] {
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

function contains(cidr: Cidr, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return cidr[0].kind() === address.kind() && address.match(cidr[0], cidr[1]);
}
