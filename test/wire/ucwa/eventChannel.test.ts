import { RelayError } from '../../../shared/errors/relayError';
import fc from 'fast-check';
import { getEventListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryBudget } from '../../../shared/ucwa/channel/memoryBudget';
import type { UcwaSession, ChannelItem, PackageItem, ReadOptions } from '../../../shared/ucwa/session';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { isAlive } from '../../support/livingObjects';
import { carrying, eventsOf, isGap, startTestSession, reported, type TestSession } from '../../support/ucwaSession';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';

const STARTED = 'audioVideoInvitation started';
const MINUTE_MS = 60_000;

let clock: FakeClock;
let ucwa: TestUcwa;
const sessions: TestSession[] = [];

function start(options: Parameters<typeof startTestSession>[1] = {}): TestSession {
  const session = startTestSession(ucwa.url, { clock, ...options });
  sessions.push(session);
  return session;
}
async function listen(options: Parameters<typeof startTestSession>[1] = {}, readUntilMs?: number) {
  const test = start(options);
  const listening = test.listen(readUntilMs);
  await clock.advanceUntil(ucwa.simulator.whenPolling());
  return { ...test, listening };
}
const acknowledged = (rel: string): boolean[] =>
  ucwa.simulator.ledger.events.filter((event) => event.rel === rel).map((event) => event.acknowledged);
const created = (): number[] =>
  ucwa.simulator.ledger.lifecycle.filter(({ action }) => action === 'createApplication').map(({ status }) => status);

/** Pulls by hand: the next item that is a package with the event. */
async function pull(packages: ReturnType<UcwaSession['packages']>, event: string): Promise<PackageItem> {
  for (;;) {
    const { value, done } = await clock.advanceUntil(packages.next());
    if (done === true) throw new Error('The channel ended.');
    if (value.type === 'package' && eventsOf(value).includes(event)) return value;
  }
}

/** A connected channel read by hand: its first package (that the account is available) has been acknowledged. */
async function open(
  session: UcwaSession,
  signal = new AbortController().signal,
  options: ReadOptions = {},
): Promise<ReturnType<UcwaSession['packages']>> {
  const packages = session.packages(signal, options);
  await clock.advanceUntil(packages.next());
  return packages;
}

beforeEach(async () => {
  clock = createFakeClock();
  ucwa = await startTestUcwa({ clock });
});
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()));
  await ucwa.close();
});

describe('acknowledging', () => {
  test('happens when the consumer pulls past a package, and not before', async () => {
    const { session } = start();
    const stop = new AbortController();
    const packages = await open(session, stop.signal);
    ucwa.ring();
    await pull(packages, STARTED);
    await clock.advance(10 * MINUTE_MS);
    expect(acknowledged('audioVideoInvitation')[0]).toBe(false);

    const next = packages.next();
    await clock.advance(1_000);
    expect(acknowledged('audioVideoInvitation')[0]).toBe(true);
    stop.abort();
    await next;
  });

  test('lets the package go, however long the next one takes', async () => {
    const { session } = start();
    const stop = new AbortController();
    const packages = await open(session, stop.signal);
    ucwa.ring();
    const held = new WeakRef((await pull(packages, STARTED)).package);
    const next = packages.next();
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    expect(isAlive(held)).toBe(false);
    stop.abort();
    await next;
  });

  test('a package that was not acknowledged comes again, to this run’s successor and to another process', async () => {
    const { session } = start();
    const first = await open(session);
    ucwa.ring();
    await pull(first, STARTED);
    await first.return();
    for (const each of [session, start().session]) {
      const packages = each.packages(new AbortController().signal);
      await pull(packages, STARTED);
      await packages.return();
    }
    expect(acknowledged('audioVideoInvitation')[0]).toBe(false);
  });

  test('a package that cannot be published for hours waits, and what came after it too', async () => {
    const { session } = start();
    const packages = await open(session);
    ucwa.ring();
    const item = await pull(packages, STARTED);
    await clock.advance(180 * MINUTE_MS);
    ucwa.ring();
    expect(await pull(packages, STARTED)).toMatchObject({ applicationId: item.applicationId });
    expect(created()).toEqual([201]);
    await packages.return();
  });

  test('where there is no room for a package it stays with UCWA, and comes as soon as there is', async () => {
    const budget = createMemoryBudget(clock, 100_000);
    const { listening } = await listen({ budget });
    budget.acquire(100_000);
    ucwa.ring();
    await clock.advance(20 * MINUTE_MS);
    expect(reported(listening.items)).not.toContain(STARTED);
    expect(acknowledged('audioVideoInvitation')[0]).toBe(false);
    budget.release(100_000);
    await clock.advance(1_000);
    expect(reported(listening.items)).toContain(STARTED);
    expect(created()).toEqual([201]);
  });

  test('a run that is aborted ends at once, and the next goes on behind it', async () => {
    const test = await listen();
    ucwa.ring();
    await clock.advanceUntil(test.listening.item(carrying(STARTED)));
    await test.listening.stop();
    ucwa.ring();
    const again = test.listen();
    await clock.advanceUntil(again.item(carrying(STARTED)));
    await clock.advance(MINUTE_MS);
    expect(reported([...test.listening.items, ...again.items]).filter((each) => each === STARTED)).toHaveLength(2);
    expect(created()).toEqual([201]);
  });

  test('a channel is read by one at a time: a run that comes before the last has left waits for it', async () => {
    const { session } = start();
    const first = await open(session);
    ucwa.ring();
    await pull(first, STARTED);
    let isReading = false;
    const second = session.packages(new AbortController().signal);
    const item = second.next().finally(() => (isReading = true));
    await clock.advance(MINUTE_MS);
    expect(isReading).toBe(false);
    await first.return();
    expect((await clock.advanceUntil(item)).value).toMatchObject({ type: 'package' });
    await second.return();
  });

  test('what nobody has published for half a minute shows in the session’s health', async () => {
    const { session } = start();
    const states: string[] = [];
    const stateChanged = (): void => void states.push(session.health().state);
    const packages = await open(session, undefined, { stateChanged });
    ucwa.ring();
    await pull(packages, STARTED);
    expect(session.health()).toMatchObject({ state: 'connected' });
    await clock.advance(30_000);
    expect(session.health()).toMatchObject({
      state: 'notPublishing',
      lastError: expect.stringContaining('30 s') as string,
    });
    await packages.return();
    expect(session.health()).toMatchObject({ state: 'connected', lastError: undefined });
    expect(states).toEqual(['signingIn', 'connected', 'notPublishing', 'connected']);
  });

  test.each([
    ['at once of a full topic, which stays full', 'busEntityFull', 'notPublishing'],
    ['after half a minute of all else', 'busUnavailable', 'connected'],
  ] as const)('why it is not published shows in the session’s health, %s', async (_when, code, stateAtOnce) => {
    const { session } = start();
    const packages = await open(session);
    ucwa.ring();
    await pull(packages, STARTED);
    session.notPublished(new RelayError(code, 'The bus says no.'));
    expect(session.health()).toMatchObject({ state: stateAtOnce });
    await clock.advance(30_000);
    expect(session.health()).toMatchObject({
      state: 'notPublishing',
      lastError: expect.stringContaining('for 30 s. The bus says no.') as string,
    });
    await packages.return();
    expect(session.health()).toMatchObject({ state: 'connected', lastError: undefined });
  });
});

test('many accounts share one signal: it bears one listener of each while they run, and none afterwards', async () => {
  const stop = new AbortController();
  const names = Array.from({ length: 20 }, (_, index) => `user${index}@contoso.com`);
  const ends = names.map(async (username) => {
    const { session } = start({ account: { username, sipUri: `sip:${username}` } });
    for await (const item of session.packages(stop.signal)) if (item.type === 'gap') throw new Error('A hole.');
  });
  await Promise.all(names.map((username) => clock.advanceUntil(ucwa.simulator.whenPolling(`sip:${username}`))));
  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(20);
  stop.abort();
  await Promise.all(ends);
  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
});

describe('what a package says of itself', () => {
  test('its ack, its application, and when it came', async () => {
    const { session, listening } = await listen();
    ucwa.ring();
    const item = await clock.advanceUntil(listening.item(carrying(STARTED)));
    const { id } = await session.application(new AbortController().signal);
    const [event] = ucwa.invitationEvents();
    expect(item).toMatchObject({
      ack: String(event?.ack),
      applicationId: id,
      receivedAtMs: Date.parse(event?.at ?? ''),
    });
  });

  test('that it is as fresh as it came, when it ended a long poll', async () => {
    const { listening } = await listen();
    await clock.advance(90_000);
    ucwa.ring();
    expect(await clock.advanceUntil(listening.item(carrying(STARTED)))).toMatchObject({
      emptyAtMs: clock.now(),
      receivedAtMs: clock.now(),
    });
  });

  test('that it is no older than the end of the run before, whose poll the pool had held until then', async () => {
    const test = await listen();
    await clock.advance(90_000);
    await test.listening.stop();
    const endedAtMs = clock.now();
    await clock.advance(1_000);
    const again = test.listen();
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    ucwa.ring();
    expect(await clock.advanceUntil(again.item(carrying(STARTED)))).toMatchObject({ emptyAtMs: endedAtMs });
  });

  test('that what follows a package which waited from one run to the next may be as old', async () => {
    const { session } = start();
    const first = await open(session);
    ucwa.ring();
    const { emptyAtMs } = await pull(first, STARTED);
    await first.return();
    await clock.advance(MINUTE_MS);
    ucwa.ring();
    const second = session.packages(new AbortController().signal);
    await pull(second, STARTED);
    expect((await pull(second, STARTED)).emptyAtMs).toBe(emptyAtMs);
    await second.return();
  });

  test('that it may be as old as the package before it, when it was waiting', async () => {
    const packages = await open(start().session);
    ucwa.ring();
    const before = await pull(packages, STARTED);
    await clock.advance(20_000);
    ucwa.ring();
    await clock.advance(20_000);
    const after = await pull(packages, STARTED);
    expect(after).toMatchObject({ receivedAtMs: before.receivedAtMs + 40_000, emptyAtMs: before.receivedAtMs });
    await packages.return();
  });

  test('that it is no older than what another process had read to its end before', async () => {
    await (await listen()).close();
    ucwa.ring();
    const readUntilMs = clock.now() - MINUTE_MS;
    const listening = start().listen(readUntilMs);
    expect(await clock.advanceUntil(listening.item(carrying(STARTED)))).toMatchObject({ emptyAtMs: readUntilMs });
  });

  test('that it is no older than what another process has read since this one last did', async () => {
    const test = await listen();
    await test.listening.stop();
    await clock.advance(5 * MINUTE_MS);
    ucwa.ring();
    const readUntilMs = clock.now() - 1_000;
    expect(await clock.advanceUntil(test.listen(readUntilMs).item(carrying(STARTED)))).toMatchObject({
      emptyAtMs: readUntilMs,
    });
  });

  test('that nothing is known, when another process had the channel before', async () => {
    await (await listen()).close();
    ucwa.ring();
    const listening = start().listen();
    const item = (await clock.advanceUntil(listening.item(carrying(STARTED)))) as PackageItem;
    expect(item.emptyAtMs).toBe(item.receivedAtMs - 15 * MINUTE_MS);
  });
});

describe('what a session tells of how far it has read', () => {
  test('nothing before it has opened its channel', () => {
    expect(start().session.health().readToEndMs).toBeUndefined();
  });

  test('up to now, while the pool holds its poll open', async () => {
    const { session } = await listen();
    await clock.advance(90_000);
    expect(session.health().readToEndMs).toBe(clock.now());
  });

  test('no further than where the channel was empty, while a package waits to be published, and beyond the end of the run', async () => {
    const { session } = start();
    const packages = await open(session);
    const pulling = pull(packages, STARTED);
    await clock.advance(90_000);
    const rangAtMs = clock.now();
    ucwa.ring();
    await pulling;
    await clock.advance(MINUTE_MS);
    expect(session.health().readToEndMs).toBe(rangAtMs);
    await packages.return();
    expect(session.health().readToEndMs).toBe(rangAtMs);
  });

  test('no further than the last answer, when the pool no longer answers', async () => {
    const { session } = await listen();
    const answeredAtMs = clock.now();
    ucwa.fault({ kind: 'status', status: 503, times: 1_000 });
    await clock.advance(10 * MINUTE_MS);
    expect(session.health().readToEndMs).toBeLessThanOrEqual(answeredAtMs + 3 * MINUTE_MS);
  });
});

describe('holes', () => {
  test('resume: first what it carries, then the hole, then what follows', async () => {
    const { listening } = await listen();
    const before = clock.now();
    ucwa.fault({ kind: 'resume' });
    ucwa.ring();
    await clock.advanceUntil(listening.item(isGap));
    ucwa.ring();
    await clock.advance(1_000);
    const order = reported(listening.items).filter((each) => each === STARTED || each.startsWith('gap'));
    expect(order).toEqual([STARTED, 'gap resume', STARTED]);
    expect(listening.items.find(isGap)).toMatchObject({ cause: 'resume', beforeMs: clock.now() - 1_000 });
    expect(listening.items.find(isGap)?.afterMs).toBeLessThanOrEqual(before + 1_000);
  });

  test('a lost application is made again and the hole told, once it is', async () => {
    const { session, listening } = await listen();
    await clock.advance(30_000);
    const whole = clock.now();
    ucwa.fault({ kind: 'applicationDropped' });
    const gap = await clock.advanceUntil(listening.item(isGap));
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    const { id } = await session.application(new AbortController().signal);
    expect(gap).toMatchObject({ cause: 'applicationLost', applicationId: id });
    expect(isGap(gap) && gap.afterMs <= whole && gap.beforeMs >= whole).toBe(true);
    expect(created()).toEqual([201, 201]);
    expect(ucwa.simulator.ledger.lifecycle.filter(({ action }) => action === 'makeMeAvailable')).toHaveLength(2);
  });

  test('an outage that outlasted the application is told as one', async () => {
    const { listening } = await listen();
    ucwa.fault({ kind: 'status', status: 503, times: 1_000 });
    await clock.advance(20 * MINUTE_MS);
    expect(listening.items.some(isGap)).toBe(false);
    await ucwa.http.delete('/sim/faults');
    ucwa.fault({ kind: 'applicationDropped', subcode: 'InactiveApplicationExpired' });
    expect(await clock.advanceUntil(listening.item(isGap))).toMatchObject({ cause: 'outage' });
  });

  test('a first start is none', async () => {
    const { listening } = await listen();
    expect(listening.items.some(isGap)).toBe(false);
  });

  test('an application that had to be made, where the channel is known to have been held before, is one', async () => {
    const readUntilMs = clock.now() - 30 * MINUTE_MS;
    const { listening } = await listen({}, readUntilMs);
    expect(listening.items.find(isGap)).toMatchObject({ cause: 'outage', afterMs: readUntilMs, beforeMs: clock.now() });
  });

  test('so is one that a command made just before', async () => {
    const { session, ...test } = start();
    await session.application(new AbortController().signal);
    const listening = test.listen(clock.now() - 30 * MINUTE_MS);
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    expect(reported(listening.items).filter((each) => each.startsWith('gap'))).toEqual(['gap outage']);
  });

  test('an application that was still there is none, whenever the channel was held', async () => {
    await (await listen()).close();
    const { listening } = await listen({}, clock.now() - MINUTE_MS);
    expect(listening.items.some(isGap)).toBe(false);
  });

  test('one that was not acknowledged is reported again', async () => {
    const test = await listen();
    await test.listening.stop();
    ucwa.fault({ kind: 'applicationDropped' });
    for (let time = 0; time < 2; time += 1) {
      const packages = test.session.packages(new AbortController().signal);
      expect((await clock.advanceUntil(packages.next())).value).toMatchObject({
        type: 'gap',
        cause: 'applicationLost',
      });
      await packages.return();
    }
  });

  test('an address that is gone is never asked again, even if the application still names it', async () => {
    const { listening } = await listen();
    ucwa.fault({ kind: 'status', status: 410 });
    await clock.advanceUntil(listening.item(isGap));
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    expect(reported(listening.items).filter((each) => each.startsWith('gap'))).toEqual(['gap channelGone']);
    // The same application was found with the same address, so it was given up for another.
    expect(created()).toEqual([201, 200, 201]);
  });
});

describe('trouble', () => {
  test('another owner of the channel is given way', async () => {
    const { session, listening } = await listen();
    ucwa.fault({ kind: 'replacedPoll' });
    await expect(clock.advanceUntil(listening.ended)).rejects.toMatchObject({ code: 'pollReplaced' });
    expect(session.health().state).toBe('replaced');
  });

  test('of two that read the same channel the later one keeps it', async () => {
    const first = await listen();
    const second = start().listen();
    await expect(clock.advanceUntil(first.listening.ended)).rejects.toMatchObject({ code: 'pollReplaced' });
    await clock.advanceUntil(ucwa.simulator.whenPolling());
    ucwa.ring();
    await clock.advanceUntil(second.item(carrying(STARTED)));
  });

  test('an outage is news once, and so is its end', async () => {
    const { lines } = await listen();
    ucwa.fault({ kind: 'status', status: 503, times: 10 });
    await clock.advance(5 * MINUTE_MS);
    ucwa.fault({ kind: 'status', status: 503 });
    await clock.advance(5 * MINUTE_MS);
    const levels = lines.filter(({ event }) => event === 'ucwaChannelFailed').map(({ level }) => level);
    expect(levels.filter((level) => level === 'warn')).toHaveLength(2);
    expect(levels).toHaveLength(11);
    expect(lines.filter(({ event }) => event === 'accountPolledAgain')).toHaveLength(2);
  });

  test('an earlier poll of our own is not another owner', async () => {
    const { listening } = await listen();
    ucwa.fault({ kind: 'resetBeforeBody' });
    ucwa.fault({ kind: 'replacedPoll' });
    ucwa.ring();
    await clock.advanceUntil(listening.item(carrying(STARTED)));
    expect(ucwa.simulator.faults.list()).toEqual([]);
  });

  test('applications that are lost as soon as they are made are made ever more slowly', async () => {
    await listen();
    ucwa.fault({ kind: 'status', status: 404, subcode: 'ApplicationNotFound', times: 8 });
    await clock.advance(2 * 60 * MINUTE_MS);
    const times = ucwa.simulator.ledger.lifecycle
      .filter(({ action }) => action === 'createApplication')
      .map(({ at }) => Date.parse(at));
    const waits = times.slice(2).map((time, index) => Math.round((time - (times[index + 1] ?? 0)) / 1_000));
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128]);
  });

  test('an application that lasted is made again at once', async () => {
    const { listening } = await listen();
    await clock.advance(10 * MINUTE_MS);
    const lostAtMs = clock.now();
    ucwa.fault({ kind: 'applicationDropped' });
    await clock.advanceUntil(listening.item(isGap), 10);
    expect(clock.now() - lostAtMs).toBeLessThan(100);
  });

  test('Retry-After is waited out', async () => {
    const { session } = await listen();
    ucwa.fault({ kind: 'status', status: 429, retryAfterSeconds: 40 });
    await clock.advance(39_000);
    expect(session.health()).toMatchObject({
      state: 'backingOff',
      lastError: expect.stringContaining('429') as string,
    });
    await clock.advance(2_000);
    await ucwa.simulator.whenPolling();
    // Held by the pool, the poll shows that all is well.
    await clock.advance(4_000);
    expect(session.health()).toMatchObject({ state: 'connected' });
  });

  test.each([
    ['the pool answers 502', { kind: 'status', status: 502 }],
    ['the pool answers 403', { kind: 'status', status: 403 }],
    ['connections fail again and again', { kind: 'resetBeforeBody', times: 4 }],
  ] as const)('when %s it is discovered anew, and the application and the place kept', async (_, fault) => {
    const { listening } = await listen();
    ucwa.fault(fault);
    ucwa.ring();
    await clock.advanceUntil(listening.item(carrying(STARTED)));
    await clock.advance(MINUTE_MS);
    expect(ucwa.simulator.ledger.tokenRequests.length).toBeGreaterThan(1);
    expect(created()).toEqual([201, 200]);
    expect(listening.items.some(isGap)).toBe(false);
  });

  test('a pool that asks for patience is not signed in to again', async () => {
    await listen();
    ucwa.fault({ kind: 'status', status: 503, times: 10 });
    await clock.advance(5 * MINUTE_MS);
    expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(1);
  });

  test('a poll that nobody answers is given up after its time and sent again', async () => {
    const test = await listen();
    ucwa.fault({ kind: 'slowBytes', delayMs: 300_000, chunkBytes: 1 });
    ucwa.ring();
    await clock.advance(201_000);
    await clock.advanceUntil(test.listening.item(carrying(STARTED)));
    expect(test.lines).toContainEqual(
      expect.objectContaining({
        event: 'ucwaChannelFailed',
        fields: expect.objectContaining({ error: 'upstreamTimeout' }) as object,
      }),
    );
  });
});

describe('bodies that cannot be read', () => {
  test('whatever comes, the channel goes on: a package, parsed or raw, for each body that leads on', async () => {
    const valid = readFileSync(join(__dirname, '../../fixtures/events.communication-and-me.json'), 'utf8');
    const { session, listening } = await listen();
    const mutated = fc
      .tuple(fc.nat(valid.length), fc.nat(60), fc.string({ maxLength: 8 }))
      .map(([at, length, put]) => valid.slice(0, at) + put + valid.slice(at + length));
    for (const body of fc.sample(fc.oneof({ weight: 3, arbitrary: mutated }, fc.json()), { numRuns: 150, seed: 7 })) {
      ucwa.simulator.pushPackage({ body });
      await clock.advance(15_000);
    }
    const before = listening.items.length;
    expect(before).toBeGreaterThan(100); // The others carried nothing: their senders were cut away.
    ucwa.ring();
    await clock.advanceUntil(listening.item(carrying(STARTED)));
    expect(session.health().state).toBe('connected');
    expect(created()).toEqual([201]);
  });

  const push = (body: string, contentType = 'application/json') => ucwa.simulator.pushPackage({ body, contentType });
  const unreadable = (item: ChannelItem): boolean => reported([item]).includes('unreadable');

  test('are asked for again, then go on raw, and the channel behind them', async () => {
    const { listening } = await listen();
    const body = '{"_links":{"next":{"href":"x"}},"sender":[{"rel":"communication",';
    push(body);
    const item = (await clock.advanceUntil(listening.item(unreadable))) as PackageItem;
    ucwa.ring();
    await clock.advanceUntil(listening.item(carrying(STARTED)));
    expect(item.package.senders).toEqual([
      {
        rel: '',
        href: '',
        events: [
          {
            problem: 'The JSON is malformed or cut off.',
            raw: expect.stringMatching(
              /^\{"_links":\{"next":\{"href":"\/ucwa.*"sender":\[\{"rel":"communication",$/,
            ) as string,
          },
        ],
      },
    ]);
    expect(listening.items.filter(unreadable)).toHaveLength(1);
    expect(listening.items.some(isGap)).toBe(false);
  });

  test.each([
    ['JSON', '{"_links":{"self":{"href":"/x"}},"sender":[7]}', 'application/json'],
    ['HTML', '<html>Sorry</html>', 'text/html'],
  ])('%s that names no next does not stop the channel', async (_, body, contentType) => {
    const { listening } = await listen();
    for (let time = 0; time < 3; time += 1) push(body, contentType);
    await clock.advance(MINUTE_MS);
    ucwa.ring();
    await clock.advanceUntil(listening.item(carrying(STARTED)));
    expect(listening.items.filter(unreadable)).not.toEqual([]);
  });
});
