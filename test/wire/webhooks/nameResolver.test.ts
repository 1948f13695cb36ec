import { createSocket, type Socket } from 'node:dgram';
import type { LookupAddress } from 'node:dns';
import { systemClock } from '../../../shared/clock';
import { createNameResolver, type NameResolverOptions } from '../../../shared/webhooks/sender/nameResolver';
import { readQuestion, toReply, TYPE_A as A, TYPE_AAAA as AAAA } from '../../support/dnsMessages';
import { createFakeClock } from '../../support/fakeClock';

/** What the name server knows: addresses, a response code, or `silence`. */
type Answer = readonly string[] | number | 'silence';

let server: Socket;
let queries: string[];
let answer: (name: string, type: number) => Answer;
/** Answers that the test holds back. */
let held: (() => void)[];
let isHeld: (type: number) => boolean;

beforeEach(async () => {
  queries = [];
  held = [];
  isHeld = () => false;
  answer = (_name, type) => (type === A ? ['203.0.113.1'] : []);
  server = createSocket('udp4').on('message', (message, { port, address }) => {
    const { name, type, end } = readQuestion(message);
    queries.push(`${type === A ? 'A' : 'AAAA'} ${name}`);
    const known = answer(name, type);
    if (known === 'silence') return;
    const send = (): void => server.send(toReply(message, end, type, known), port, address);
    if (isHeld(type)) held.push(send);
    else send();
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
});
afterEach(() => server.close());

function resolver(options: Partial<NameResolverOptions> = {}) {
  return createNameResolver({
    clock: systemClock,
    servers: [`127.0.0.1:${server.address().port}`],
    lookup: () => Promise.reject(new Error('asked the system')),
    hostNames: () => new Set(),
    ...options,
  });
}

test('asks for both families and puts IPv4 first', async () => {
  answer = (_name, type) => (type === A ? ['203.0.113.1', '203.0.113.2'] : ['2001:db8:0:0:0:0:0:1']);
  expect(await resolver().resolve('receiver.example')).toEqual([
    { address: '203.0.113.1', family: 4 },
    { address: '203.0.113.2', family: 4 },
    { address: '2001:db8::1', family: 6 },
  ]);
  expect([...queries].sort()).toEqual(['A receiver.example', 'AAAA receiver.example']);
});

test.each<[string, number, LookupAddress]>([
  ['IPv6', AAAA, { address: '203.0.113.1', family: 4 }],
  ['IPv4', A, { address: '2001:db8::1', family: 6 }],
])('waits 250 ms for the other family: %s never comes', async (_family, silent, expected) => {
  answer = (_name, type) => (type === silent ? 'silence' : type === A ? ['203.0.113.1'] : ['2001:db8:0:0:0:0:0:1']);
  const clock = createFakeClock();
  const resolving = resolver({ clock }).resolve('receiver.example');
  await clock.asleep((ms) => ms === 250);
  await clock.advance(250);
  expect(await resolving).toEqual([expected]);
  expect(clock.sleepers()).toBe(0);
});

test('a family that comes within 250 ms is there', async () => {
  answer = (_name, type) => (type === A ? ['203.0.113.1'] : ['2001:db8:0:0:0:0:0:1']);
  isHeld = (type) => type === AAAA;
  const clock = createFakeClock();
  const resolving = resolver({ clock }).resolve('receiver.example');
  await clock.asleep((ms) => ms === 250);
  for (const send of held) send();
  expect(await resolving).toHaveLength(2);
});

test.each([
  ['does not exist', 3, 'ENOTFOUND'],
  ['has no address', [], 'ENODATA'],
  ['has a server that fails', 2, 'ESERVFAIL'],
])('a name that %s says so', async (_what, code, expected) => {
  answer = () => code;
  await expect(resolver().resolve('receiver.example')).rejects.toMatchObject({ code: expected });
});

test('a name server that is silent is left after 4 s', async () => {
  answer = () => 'silence';
  const clock = createFakeClock();
  const resolving = resolver({ clock }).resolve('receiver.example');
  const refused = expect(resolving).rejects.toMatchObject({ code: 'ECANCELLED' });
  await clock.asleep((ms) => ms === 4000);
  await clock.advance(4000);
  await refused;
});

test('one query for a host at a time, for as many as ask', async () => {
  const one = resolver();
  await Promise.all(['receiver.example', 'RECEIVER.example', 'receiver.example.'].map((name) => one.resolve(name)));
  expect(queries).toHaveLength(2);
  await one.resolve('receiver.example');
  expect(queries).toHaveLength(4);
});

test('a failure is remembered for 5 s', async () => {
  answer = () => 3;
  const clock = createFakeClock();
  const one = resolver({ clock });
  for (let count = 0; count < 3; count += 1)
    await expect(one.resolve('receiver.example')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  expect(queries).toHaveLength(2);
  await clock.advance(5000);
  answer = (_name, type) => (type === A ? ['203.0.113.1'] : []);
  expect(await one.resolve('receiver.example')).toHaveLength(1);
});

test('a name that hangs delays no other', async () => {
  answer = (name, type) => (name.startsWith('hangs') ? 'silence' : type === A ? ['203.0.113.1'] : []);
  const clock = createFakeClock();
  const one = resolver({ clock });
  const hanging = Array.from({ length: 64 }, (_, n) => one.resolve(`hangs${n}.example`).catch(() => undefined));
  expect(await one.resolve('receiver.example')).toHaveLength(1);
  await clock.advance(4000);
  await Promise.all(hanging);
});

describe('the system', () => {
  test.each(['localhost', 'receiver.localhost', 'intranet', 'named.example'])('is asked for %s', async (name) => {
    const address = { address: '127.0.0.1', family: 4 };
    const lookup = () => Promise.resolve([address]);
    expect(await resolver({ lookup, hostNames: () => new Set(['named.example']) }).resolve(name)).toEqual([address]);
    expect(queries).toEqual([]);
  });

  test('is asked for two names at a time; the third waits, and is known to wait', async () => {
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const lookup = (name: string) => {
      asked.push(name);
      return new Promise<LookupAddress[]>((resolve) =>
        answers.push(() => resolve([{ address: '127.0.0.1', family: 4 }])),
      );
    };
    const one = resolver({ lookup });
    const resolving = ['one', 'two', 'three'].map((name) => one.resolve(name));
    await Promise.resolve();
    expect([asked, one.isWaiting('two'), one.isWaiting('three')]).toEqual([['one', 'two'], false, true]);
    answers[0]?.();
    await resolving[0];
    expect([asked, one.isWaiting('three')]).toEqual([['one', 'two', 'three'], false]);
    for (const reply of answers) reply();
    await Promise.all(resolving);
  });
});
