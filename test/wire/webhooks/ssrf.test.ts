import { createHook } from 'node:async_hooks';
import type { LookupAddress } from 'node:dns';
import { isIPv6 } from 'node:net';
import { systemClock } from '../../../shared/clock';
import type { NameResolver } from '../../../shared/webhooks/sender/nameResolver';
import { createSender, type Sender, type SenderResult } from '../../../shared/webhooks/sender/sender';
import { startSubscriber, type SubscriberServer } from '../../support/subscriberServer';

type Resolve = NameResolver['resolve'];

/** Every connect(2) that this process asks the system for, from any of its code. */
let connects = 0;
const hook = createHook({
  init(_id, type) {
    if (type === 'TCPCONNECTWRAP') connects += 1;
  },
});

let trap: SubscriberServer;
beforeAll(async () => {
  trap = await startSubscriber();
  hook.enable();
});
afterAll(async () => {
  hook.disable();
  await trap.close();
});
beforeEach(() => (connects = 0));

/** Closed after each test, whatever became of it. */
const closing: { close(): unknown }[] = [];
afterEach(() => Promise.all(closing.splice(0).map((one) => one.close())));

async function server(...options: Parameters<typeof startSubscriber>): Promise<SubscriberServer> {
  const started = await startSubscriber(...options);
  closing.push(started);
  return started;
}

const address = (text: string): LookupAddress => ({ address: text, family: isIPv6(text) ? 6 : 4 });
const names =
  (...addresses: string[]): Resolve =>
  () =>
    Promise.resolve(addresses.map(address));
const nobody: Resolve = () => Promise.reject(new Error('asked for a name where there is none'));

function post(sender: Sender, url: string): Promise<SenderResult> {
  closing.push(sender);
  return sender.send({ method: 'POST', url, headers: {}, body: Buffer.from('{}'), timeoutMs: 5000 });
}

const guarded = (resolve: Resolve, allowedCidrs: string[] = []): Sender =>
  createSender({ clock: systemClock, allowedCidrs, names: { resolve, isWaiting: () => false } });

describe('a URL that leads where it must not is refused with its reason, and nothing connects', () => {
  test.each<[url: string, reason: string]>([
    // Literal addresses, in every spelling that a URL knows. PORT is that of a server which would answer.
    ['https://127.0.0.1:PORT/', 'loopback'],
    ['https://127.1:PORT/', 'loopback'],
    ['https://2130706433:PORT/', 'loopback'],
    ['https://0x7f000001:PORT/', 'loopback'],
    ['https://0x7f.0.0.1:PORT/', 'loopback'],
    ['https://017700000001:PORT/', 'loopback'],
    ['https://0177.0.0.1:PORT/', 'loopback'],
    ['https://127.0.0.1.:PORT/', 'loopback'],
    ['https://127。0。0。1:PORT/', 'loopback'],
    ['https://127．0．0．1:PORT/', 'loopback'],
    ['https://127｡0｡0｡1:PORT/', 'loopback'],
    ['https://１２７.0.0.1:PORT/', 'loopback'],
    ['https://①②⑦.⓪.⓪.①:PORT/', 'loopback'],
    ['https://%31%32%37.0.0.1:PORT/', 'loopback'],
    ['https://[::1]:PORT/', 'loopback'],
    ['https://[0:0:0:0:0:0:0:1]:PORT/', 'loopback'],
    ['https://[::ffff:127.0.0.1]:PORT/', 'loopback'],
    ['https://[::ffff:7f00:1]:PORT/', 'loopback'],
    ['https://[::127.0.0.1]:PORT/', 'reserved'],
    ['https://[64:ff9b::7f00:1]:PORT/', 'nat64'],
    ['https://[64:ff9b::169.254.169.254]/', 'nat64'],
    ['https://[64:ff9b:1::a9fe:a9fe]/', 'nat64'],
    ['https://[::ffff:0:127.0.0.1]:PORT/', 'ipv4Translated'],
    ['https://[2002:7f00:1::]:PORT/', 'sixToFour'],
    ['https://[2001:0:7f00:1::]:PORT/', 'teredo'],
    ['https://0.0.0.0:PORT/', 'unspecified'],
    ['https://0:PORT/', 'unspecified'],
    ['https://[::]:PORT/', 'unspecified'],
    ['https://10.0.0.1/', 'private'],
    ['https://167772161/', 'private'],
    ['https://012.0.0.1/', 'private'],
    ['https://172.16.0.1/', 'private'],
    ['https://192.168.0.1/', 'private'],
    ['https://0xc0a80001/', 'private'],
    ['https://[::ffff:c0a8:1]/', 'private'],
    ['https://100.64.0.1/', 'carrierGradeNat'],
    ['https://169.254.169.254/metadata/instance', 'metadata'],
    ['https://2852039166/metadata/instance', 'metadata'],
    ['https://0xa9fea9fe/', 'metadata'],
    ['https://[::ffff:169.254.169.254]/', 'metadata'],
    ['https://[fd00:ec2::254]/', 'metadata'],
    ['https://100.100.100.200/', 'metadata'],
    ['https://168.63.129.16/machine', 'wireServer'],
    ['https://2822734096/machine', 'wireServer'],
    ['https://169.254.1.1/', 'linkLocal'],
    ['https://[fe80::1]/', 'linkLocal'],
    ['https://[fc00::1]/', 'uniqueLocal'],
    ['https://[fd12:3456::1]/', 'uniqueLocal'],
    ['https://[fec0::1]/', 'deprecatedSiteLocal'],
    ['https://224.0.0.1/', 'multicast'],
    ['https://[ff02::1]/', 'multicast'],
    ['https://255.255.255.255/', 'broadcast'],
    ['https://240.0.0.1/', 'reserved'],
    ['https://198.18.0.1/', 'reserved'],
    ['https://192.0.2.1/', 'reserved'],
    // Not an address, and refused all the same.
    ['http://127.0.0.1:PORT/', 'loopback'],
    ['http://localhost:PORT/', 'must be https'],
    ['http://receiver.example:PORT/', 'must be https'],
    ['https://public.example@127.0.0.1:PORT/', 'user name'],
    ['https://user:password@127.0.0.1:PORT/', 'user name'],
    ['https://public.example\\@127.0.0.1:PORT/', 'not an absolute https URL'],
    ['https://public.example:22/', 'port 22'],
    ['https://public.example:80/', 'port 80'],
    ['https://public.example:1/', 'port 1;'],
    ['https://public.example:6/\u0000', 'control'],
    ['file:///etc/passwd', 'not an absolute https URL'],
    ['gopher://127.0.0.1:6379/_FLUSHALL', 'not an absolute https URL'],
  ])('%s: %s', async (url, reason) => {
    const result = await post(guarded(nobody), url.replace('PORT', String(trap.port)));
    expect(result).toMatchObject({
      kind: 'networkError',
      reason: 'addressRefused',
      detail: expect.stringContaining(reason) as string,
    });
    expect([connects, trap.connections()]).toEqual([0, 0]);
  });
});

describe('a name that leads where it must not is refused after DNS, and nothing connects', () => {
  test.each<[name: string, addresses: string[], rule: string]>([
    ['localhost', ['127.0.0.1'], 'loopback'],
    ['localhost.localdomain', ['::1'], 'loopback'],
    ['metadata.google.internal', ['169.254.169.254'], 'metadata'],
    ['metadata.azure.internal', ['169.254.169.254'], 'metadata'],
    ['instance-data.ec2.internal', ['fd00:ec2::254'], 'metadata'],
    ['wireserver.example', ['168.63.129.16'], 'wireServer'],
    ['10.0.0.1.rebind.example', ['10.0.0.1'], 'private'],
    ['router.example', ['192.168.1.1'], 'private'],
    ['cgnat.example', ['100.100.0.1'], 'carrierGradeNat'],
    ['mapped.example', ['::ffff:127.0.0.1'], 'loopback'],
    ['compatible.example', ['::127.0.0.1'], 'reserved'],
    ['nat64.example', ['64:ff9b::10.0.0.1'], 'nat64'],
    ['unique-local.example', ['fd00::1'], 'uniqueLocal'],
    ['scoped.example', ['fe80::1%lo'], 'linkLocal'],
    ['any.example', ['0.0.0.0'], 'unspecified'],
    ['mixed.example', ['203.0.114.1', '127.0.0.1'], 'loopback'],
    ['mixed-families.example', ['2606:4700::1111', '10.0.0.1'], 'private'],
    ['odd.example', ['0177.0.0.1'], 'notAnAddress'],
  ])('%s → %p: %s', async (name, addresses, rule) => {
    const result = await post(guarded(names(...addresses)), `https://${name}:${trap.port}/`);
    expect(result).toMatchObject({
      kind: 'networkError',
      reason: 'addressRefused',
      detail: expect.stringContaining(rule) as string,
    });
    expect([connects, trap.connections()]).toEqual([0, 0]);
  });
});

test('a name that changes its address after it was judged is judged again: the second connection is refused', async () => {
  const answers = [address('127.0.0.1'), address('127.0.0.2')];
  let asked = 0;
  const resolve: Resolve = () => Promise.resolve(answers.slice(asked++, asked));
  const fine = await server(() => ({ status: 204, headers: { connection: 'close' } }));
  const inner = await server(undefined, '127.0.0.2', fine.port);
  const sender = guarded(resolve, ['127.0.0.1/32']);
  expect(await post(sender, `http://localhost:${fine.port}/`)).toMatchObject({ kind: 'response', status: 204 });
  expect(await post(sender, `http://localhost:${fine.port}/`)).toMatchObject({
    kind: 'networkError',
    reason: 'addressRefused',
    detail: '127.0.0.2 is not allowed: loopback',
  });
  expect([asked, connects, inner.connections()]).toEqual([2, 1, 0]);
});

test('the address that was judged is the address that is connected to: a name is resolved once for a connection', async () => {
  const fine = await server();
  let asked = 0;
  const resolve: Resolve = () => Promise.resolve([address(asked++ === 0 ? '127.0.0.1' : '127.0.0.2')]);
  expect(await post(guarded(resolve, ['127.0.0.1/32']), `http://localhost:${fine.port}/`)).toMatchObject({
    status: 204,
  });
  expect([asked, fine.connections()]).toEqual([1, 1]);
});

test.each([301, 302, 303, 307, 308])(
  'a redirect (%i) to a private address is an answer, and is not followed',
  async (status) => {
    const redirecting = await server(() => ({ status, headers: { location: `http://127.0.0.1:${trap.port}/` } }));
    expect(await post(guarded(nobody, ['127.0.0.0/8']), redirecting.url)).toMatchObject({ kind: 'response', status });
    expect([connects, trap.connections()]).toEqual([1, 0]);
  },
);
