import { isLoopback, refuseAddress } from '../../../../shared/webhooks/sender/addressRule';

test.each([
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'unspecified'],
  ['10.0.0.1', 'private'],
  ['10.255.255.255', 'private'],
  ['100.64.0.1', 'carrierGradeNat'],
  ['100.127.255.255', 'carrierGradeNat'],
  ['100.100.100.200', 'metadata'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['168.63.129.16', 'wireServer'],
  ['169.254.0.1', 'linkLocal'],
  ['169.254.169.254', 'metadata'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.0.1', 'reserved'],
  ['192.0.2.1', 'documentation'],
  ['192.31.196.1', 'reserved'],
  ['192.52.193.1', 'reserved'],
  ['192.88.99.1', 'sixToFour'],
  ['192.168.1.1', 'private'],
  ['192.175.48.1', 'reserved'],
  ['198.18.0.1', 'benchmarking'],
  ['198.19.255.255', 'benchmarking'],
  ['198.51.100.1', 'documentation'],
  ['203.0.113.1', 'documentation'],
  ['224.0.0.1', 'multicast'],
  ['239.255.255.255', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:a00:1', 'private'],
  ['::ffff:169.254.169.254', 'metadata'],
  ['::10.0.0.1', 'ipv4Compatible'],
  ['::8.8.8.8', 'ipv4Compatible'],
  ['::ffff:0:8.8.8.8', 'ipv4Translated'],
  ['64:ff9b::a00:1', 'nat64'],
  ['64:ff9b::808:808', 'nat64'],
  ['64:ff9b:1::a00:1', 'nat64'],
  ['100::1', 'reserved'],
  ['2001::1', 'teredo'],
  ['2001:2::1', 'benchmarking'],
  ['2001:10::1', 'reserved'],
  ['2001:db8::1', 'documentation'],
  ['2002:a00:1::', 'sixToFour'],
  ['2002:808:808::', 'sixToFour'],
  ['2620:4f:8000::1', 'reserved'],
  ['3fff::1', 'documentation'],
  ['4000::1', 'reserved'],
  ['5f00::1', 'reserved'],
  ['fc00::1', 'uniqueLocal'],
  ['fd00:ec2::254', 'metadata'],
  ['fdff::1', 'uniqueLocal'],
  ['fe80::1', 'linkLocal'],
  ['fe80::1%eth0', 'linkLocal'],
  ['fec0::1', 'siteLocal'],
  ['ff02::1', 'multicast'],
  ['not an address', 'notAnAddress'],
  ['', 'notAnAddress'],
])('%s is refused as %s', (address, rule) => {
  expect(refuseAddress(address, [])).toBe(rule);
});

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '20.50.2.1',
  '99.255.255.255',
  '100.128.0.1',
  '172.32.0.1',
  '192.167.1.1',
  '198.17.255.255',
  '223.255.255.255',
  '::ffff:8.8.8.8',
  '2606:4700::1111',
  '2a01:111::1',
  '2001:4860::8888',
])('%s is let through', (address) => {
  expect(refuseAddress(address, [])).toBeUndefined();
});

describe('the operator’s allow-list', () => {
  const everything = ['0.0.0.0/0', '::/0'];
  test.each([
    ['10.1.2.3', ['10.1.0.0/16'], undefined],
    ['::ffff:10.1.2.3', ['10.1.0.0/16'], undefined],
    ['10.2.0.1', ['10.1.0.0/16'], 'private'],
    ['127.0.0.1', ['127.0.0.0/8'], undefined],
    ['::1', ['::1/128'], undefined],
    ['fd12::1', ['fd00::/8'], undefined],
    ['64:ff9b::a00:1', everything, undefined],
    ['169.254.169.254', everything, 'metadata'],
    ['168.63.129.16', everything, 'wireServer'],
    ['::ffff:168.63.129.16', everything, 'wireServer'],
    ['169.254.1.1', everything, 'linkLocal'],
    ['fe80::1', everything, 'linkLocal'],
    ['0.0.0.0', everything, 'unspecified'],
    ['224.0.0.1', everything, 'multicast'],
    ['255.255.255.255', everything, 'broadcast'],
    ['fd00:ec2::254', everything, 'metadata'],
  ])('%s with %p: %s', (address, allowed, rule) => {
    expect(refuseAddress(address, allowed)).toBe(rule);
  });
});

test.each([
  ['127.0.0.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.0.0.1', false],
  ['localhost', false],
])('isLoopback(%s): %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});
