import { RelayError } from '../../../shared/errors/relayError';
import { decodeInvitationId, encodeInvitationId } from '../../../shared/invitations/invitationId';
import type { RelayEvent, UnreadableEvent } from '../../../shared/invitations/events/relayEvent';
import { relayAccount, type RelayPorts } from '../../../shared/relay/relayAccount';
import { silentLog } from '../../../shared/telemetry/log';
import type { EventPackage, Resource } from '../../../shared/invitations/resource';
import type { ChannelItem, UcwaSession } from '../../../shared/ucwa/session';
import { createMemoryCalls } from '../../support/memoryCalls';
import { createFakeClock, settlePromises, type FakeClock } from '../../support/fakeClock';
import { isAlive } from '../../support/livingObjects';
import { createRestingSession, testAccount } from '../../support/restingSession';

const signingKey = 'a key of at least thirty-two characters';
const href = (id: string) => `/ucwa/oauth/v1/applications/102/communication/audioVideoInvitations/${id}`;

const ringing: Resource = {
  rel: 'audioVideoInvitation',
  properties: { state: 'Connecting', direction: 'Incoming' },
  links: { decline: [{ href: `${href('1')}/decline` }] },
  embedded: {
    from: [
      { rel: 'participant', properties: { uri: 'sip:alice@contoso.com', name: 'Alice' }, links: {}, embedded: {} },
    ],
  },
};

function invitationPackage(type: string, id: string, resource?: Resource): EventPackage {
  const event = {
    link: { rel: 'audioVideoInvitation', href: href(id) },
    type,
    ...(resource === undefined ? {} : { resource }),
  };
  return { next: '/next', senders: [{ rel: 'communication', href: '/c', events: [event] }] };
}

/** What a pool tells again and again: somebody's presence. */
function peoplePackage(): EventPackage {
  const event = { link: { rel: 'contact', href: '/ucwa/oauth/v1/applications/102/people/bob' }, type: 'updated' };
  return { next: '/next', senders: [{ rel: 'people', href: '/p', events: [event] }] };
}

/** A session whose channel gives these items, and a bus that answers as told; `steps` is what happened, in order. */
function createWorld(clock: FakeClock, items: (() => ChannelItem | Promise<ChannelItem>)[]) {
  const steps: string[] = [];
  const published: RelayEvent[][] = [];
  const unreadable: UnreadableEvent[] = [];
  let busAnswers: () => Promise<void> = () => Promise.resolve();
  let reads: (path: string, signal: AbortSignal) => Promise<Resource | undefined> = () => Promise.resolve(undefined);
  const session: UcwaSession = {
    ...createRestingSession(testAccount(), { opened() {}, closed() {} }),
    async *packages(signal) {
      for (const item of items) {
        await Promise.resolve();
        if (signal.aborted) return;
        steps.push('pulled');
        yield item();
      }
      steps.push('acknowledged');
    },
    application: () => Promise.resolve({ path: '/ucwa/oauth/v1/applications/102', id: '102' }),
    read: (path, signal) => {
      steps.push(`read ${path.slice(path.lastIndexOf('/') + 1)}`);
      return reads(path, signal);
    },
  };
  const ports: RelayPorts = {
    publisher: {
      publish: async (events) => {
        await busAnswers();
        published.push([...events]);
        steps.push('published');
      },
      sendUnreadable: (events) => {
        unreadable.push(...events);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    },
    invitationIdOf: (reference) => encodeInvitationId(reference, signingKey),
    referenceOf: (id) => decodeInvitationId(id, signingKey),
    kinds: ['audioVideo'],
    includeSdp: false,
    contactDetails: false,
    calls: createMemoryCalls(),
    clock,
    random: () => 0.5,
    log: silentLog,
  };
  return {
    steps,
    published,
    unreadable,
    bus: (answers: typeof busAnswers) => (busAnswers = answers),
    serves: (answer: typeof reads) => (reads = answer),
    relay: (signal = new AbortController().signal, more: object = {}) =>
      relayAccount(session, { ...ports, ...more }, signal),
  };
}

const item =
  (clock: FakeClock, pkg: EventPackage, ack = '1', emptyAtMs = clock.now()) =>
  (): ChannelItem => ({
    type: 'package',
    package: pkg,
    ack,
    applicationId: '102',
    receivedAtMs: clock.now(),
    emptyAtMs,
  });

describe('relayAccount', () => {
  it('acknowledges a package, by pulling the next, only after the bus has accepted it', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const world = createWorld(clock, [
      item(clock, invitationPackage('started', '1', ringing), '1'),
      item(clock, invitationPackage('completed', '1', ringing), '2'),
    ]);
    await world.relay();
    expect(world.steps).toEqual(['pulled', 'published', 'pulled', 'published', 'acknowledged']);
    expect(world.published.flat().map(({ type }) => type)).toEqual([
      'ucwa.audioVideoInvitation.started',
      'ucwa.audioVideoInvitation.completed',
    ]);
  });

  it('follows its own session, whatever else the ports of all accounts hold', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const world = createWorld(clock, [item(clock, invitationPackage('started', '1', ringing))]);
    await world.relay(undefined, {
      session: () => createRestingSession(testAccount('sip:other@contoso.com'), { opened() {}, closed() {} }),
      accountKey: 'another',
    });
    expect(world.published.flat().map(({ account }) => account)).toEqual(['sip:reception@contoso.com']);
  });

  it('acknowledges nothing while the bus is down, and goes on when it is back', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const world = createWorld(clock, [item(clock, invitationPackage('started', '1', ringing))]);
    let tries = 0;
    world.bus(() => (++tries < 4 ? Promise.reject(new RelayError('busUnavailable', 'down')) : Promise.resolve()));
    const relaying = world.relay();
    await clock.advance(0);
    expect(world.steps).toEqual(['pulled']);
    await clock.advance(10_000);
    await relaying;
    expect(tries).toBe(4);
    expect(world.steps.at(-1)).toBe('acknowledged');
  });

  it('leaves a package unacknowledged that was not published when the run ends', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const stop = new AbortController();
    const world = createWorld(clock, [item(clock, invitationPackage('started', '1', ringing))]);
    world.bus(() => Promise.reject(new RelayError('busUnavailable', 'down')));
    const relaying = world.relay(stop.signal);
    await clock.advance(1_000);
    stop.abort();
    await relaying;
    expect(world.steps).not.toContain('acknowledged');
  });

  it.each<[string, () => EventPackage, string[]]>([
    ['that was published', () => invitationPackage('started', '1', ringing), ['pulled', 'published', 'pulled']],
    ['of no concern', peoplePackage, ['pulled', 'pulled']],
  ])('lets a package go %s, however long the next one takes', async (_, make, steps) => {
    const clock = createFakeClock(undefined, settlePromises);
    const read: WeakRef<EventPackage>[] = [];
    const reading = (): ChannelItem => {
      const pkg = make();
      read.push(new WeakRef(pkg));
      return item(clock, pkg)();
    };
    const world = createWorld(clock, [reading, () => new Promise(() => undefined)]);
    void world.relay();
    await clock.advance(1_000);
    expect(world.steps).toEqual(steps);
    expect(read.map(isAlive)).toEqual([false]);
  });

  describe('people', () => {
    const people = (...links: [rel: string, address: string][]): Resource => ({
      ...ringing,
      links: Object.fromEntries(
        links.map(([rel, address]) => [rel, [{ href: `/ucwa/oauth/v1/applications/102/people/${address}` }]]),
      ),
    });
    const boss: Resource = {
      rel: 'contact',
      properties: { uri: 'sip:boss@contoso.com', name: 'Boss' },
      links: {},
      embedded: {},
    };
    const forwarded = people(['to', 'boss@contoso.com'], ['forwardedBy', 'boss@contoso.com']);

    it('asks for nothing when the call is for the account itself: its name is known from the sign-in', async () => {
      const clock = createFakeClock(undefined, settlePromises);
      const resource = people(['to', 'reception@contoso.com']);
      const world = createWorld(clock, [item(clock, invitationPackage('started', '1', resource))]);
      await world.relay();
      expect(world.steps).toEqual(['pulled', 'published', 'acknowledged']);
      expect(world.published[0]?.[0]?.data).toMatchObject({
        to: { uri: 'sip:reception@contoso.com', name: 'Reception' },
        route: 'direct',
      });
    });

    it('remembers a contact for five minutes', async () => {
      const clock = createFakeClock(undefined, settlePromises);
      const later = (ms: number, type: string, ack: string) => async (): Promise<ChannelItem> => {
        await clock.advance(ms);
        return item(clock, invitationPackage(type, '1', forwarded), ack)();
      };
      const world = createWorld(clock, [
        item(clock, invitationPackage('started', '1', forwarded), '1'),
        later(299_000, 'updated', '2'),
        later(1_500, 'completed', '3'),
      ]);
      world.serves(() => Promise.resolve(boss));
      await world.relay();
      expect(world.steps.filter((step) => step.startsWith('read'))).toEqual([
        'read boss@contoso.com',
        'read boss@contoso.com',
      ]);
      for (const [event] of world.published)
        expect(event?.data).toMatchObject({ to: { name: 'Boss' }, forwardedBy: { name: 'Boss' } });
    });

    test.each<[string, () => Promise<Resource | undefined>]>([
      ['that are gone', () => Promise.resolve(undefined)],
      ['that are slower than two seconds', () => new Promise(() => undefined)],
      ['that the server refuses', () => Promise.reject(new RelayError('upstreamRefused', 'No.'))],
    ])('are told from their links: %s', async (_name, serve) => {
      const clock = createFakeClock(undefined, settlePromises);
      const world = createWorld(clock, [item(clock, invitationPackage('started', '1', forwarded))]);
      world.serves(serve);
      const relaying = world.relay();
      await clock.advance(2_000);
      await relaying;
      expect(world.published[0]?.[0]?.data).toMatchObject({
        to: { uri: 'sip:boss@contoso.com' },
        forwardedBy: { uri: 'sip:boss@contoso.com', resolved: false },
        route: 'forwarded',
      });
    });
  });

  describe('RELAY_CONTACT_DETAILS', () => {
    const application = '/ucwa/oauth/v1/applications/102';
    const contact: Resource = {
      rel: 'contact',
      properties: { name: 'Alice', title: 'Buyer', department: '', company: 'Fabrikam', office: '3.14' },
      links: {},
      embedded: {},
    };
    const participant: Resource = {
      rel: 'participant',
      properties: { uri: 'sip:alice@contoso.com', name: 'Alice' },
      links: { contact: [{ href: `${application}/people/alice@contoso.com?view=full` }] },
      embedded: {},
    };
    const embedding: Resource = { ...ringing, embedded: { from: [participant] } };
    const linking: Resource = {
      ...ringing,
      links: { from: [{ href: `${application}/communication/conversations/7/participants/alice@contoso.com` }] },
      embedded: {},
    };
    const details = { title: 'Buyer', company: 'Fabrikam', office: '3.14' };
    const served = (path: string): Promise<Resource | undefined> =>
      Promise.resolve(path.includes('/participants/') ? participant : path.includes('/people/') ? contact : undefined);
    const on = { contactDetails: true };
    const contactsOf = ({ published }: ReturnType<typeof createWorld>) =>
      published.flat().map(({ data }) => (data as { from?: { contact?: unknown } }).from?.contact);

    it('is off: nothing is read and nothing shown', async () => {
      const clock = createFakeClock(undefined, settlePromises);
      const world = createWorld(clock, [item(clock, invitationPackage('started', '1', embedding))]);
      world.serves(served);
      await world.relay();
      expect(world.steps).toEqual(['pulled', 'published', 'acknowledged']);
      expect(contactsOf(world)).toEqual([undefined]);
    });

    it.each([
      ['an embedded participant links it', embedding, ['read alice@contoso.com?view=full']],
      ['a linked participant links it', linking, ['read alice@contoso.com', 'read alice@contoso.com?view=full']],
    ])('shows what the contact tells where %s, read once for all events of the call', async (_title, call, reads) => {
      const clock = createFakeClock(undefined, settlePromises);
      const world = createWorld(clock, [
        item(clock, invitationPackage('started', '1', call), '1'),
        item(clock, invitationPackage('updated', '1', embedding), '2'),
      ]);
      world.serves(served);
      await world.relay(undefined, on);
      expect(world.steps.filter((step) => step.startsWith('read'))).toEqual(reads);
      expect(contactsOf(world)).toEqual([details, details]);
    });

    it('holds a ring up for half a second at most, and what comes later is in the next event', async () => {
      const clock = createFakeClock(undefined, settlePromises);
      let come = (): void => undefined;
      const coming = new Promise<void>((resolve) => (come = resolve));
      const world = createWorld(clock, [
        item(clock, invitationPackage('started', '1', embedding), '1'),
        async () => {
          come();
          await settlePromises();
          return item(clock, invitationPackage('completed', '1', embedding), '2')();
        },
      ]);
      world.serves((path) => coming.then(() => served(path)));
      const relaying = world.relay(undefined, on);
      await clock.advance(499);
      expect(world.published).toEqual([]);
      await clock.advance(1);
      await relaying;
      expect(contactsOf(world)).toEqual([undefined, details]);
      expect(world.steps.filter((step) => step.startsWith('read'))).toHaveLength(1);
    });

    it.each<[string, (path: string) => Promise<Resource | undefined>]>([
      ['refuses it', () => Promise.reject(new RelayError('upstreamRefused', 'No.'))],
      ['has none', () => Promise.resolve(undefined)],
      ['shows a name alone', () => Promise.resolve({ ...contact, properties: { name: 'Alice' } })],
    ])('shows nothing where Skype for Business %s', async (_title, serve) => {
      const clock = createFakeClock(undefined, settlePromises);
      const world = createWorld(clock, [item(clock, invitationPackage('started', '1', embedding))]);
      world.serves(serve);
      await world.relay(undefined, on);
      expect(contactsOf(world)).toEqual([undefined]);
    });

    it('does not read the account’s own contact', async () => {
      const clock = createFakeClock(undefined, settlePromises);
      const own = { ...participant, properties: { uri: 'sip:reception@contoso.com' } };
      const call = { ...ringing, embedded: { from: [own] } };
      const world = createWorld(clock, [item(clock, invitationPackage('started', '1', call))]);
      await world.relay(undefined, on);
      expect(world.steps).toEqual(['pulled', 'published', 'acknowledged']);
    });
  });

  it('fetches what an event only links', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const world = createWorld(clock, [item(clock, invitationPackage('started', '1'))]);
    world.serves((path) => Promise.resolve(path === href('1') ? ringing : undefined));
    await world.relay();
    expect(world.published[0]?.[0]?.data).toMatchObject({ from: { name: 'Alice' }, actions: ['decline'] });
  });

  it('leaves out a link that does not come within two seconds: the call is ringing', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const world = createWorld(clock, [item(clock, invitationPackage('started', '1'))]);
    world.serves(() => new Promise(() => undefined));
    const relaying = world.relay();
    await clock.advance(2_000);
    await relaying;
    expect(world.published[0]?.[0]?.data).toMatchObject({ event: 'started', actions: [] });
  });

  it('publishes nothing for a package that is not about invitations', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const world = createWorld(clock, [item(clock, { next: '/next', senders: [] })]);
    await world.relay();
    expect(world.steps).toEqual(['pulled', 'acknowledged']);
  });

  it('sends what cannot be read to `unreadable-events`, and continues', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const world = createWorld(clock, [
      item(clock, {
        next: '/next',
        senders: [{ rel: 'communication', href: '/c', events: [{ raw: '{"x":', problem: 'It is cut off.' }] }],
      }),
    ]);
    await world.relay();
    expect(world.unreadable).toEqual([
      expect.objectContaining({ raw: '{"x":', reason: expect.stringContaining('cut off') }),
    ]);
    expect(world.steps.at(-1)).toBe('acknowledged');
  });

  it('tells a gap as an event', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const world = createWorld(clock, [
      () => ({
        type: 'gap',
        cause: 'applicationLost',
        afterMs: clock.now() - 60_000,
        beforeMs: clock.now(),
        applicationId: '103',
      }),
    ]);
    await world.relay();
    expect(world.published[0]?.[0]).toMatchObject({
      type: 'ucwa.channel.gap',
      data: { account: 'sip:reception@contoso.com', cause: 'applicationLost' },
    });
  });

  it('looks again at an invitation that comes late, and says so', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const world = createWorld(clock, [
      item(clock, invitationPackage('started', '1', ringing), '1', clock.now() - 6_000),
    ]);
    world.serves(() =>
      Promise.resolve({ ...ringing, properties: { state: 'Connected', direction: 'Incoming' }, links: {} }),
    );
    await world.relay();
    expect(world.published[0]?.[0]?.data).toMatchObject({ delayed: true, state: 'connected', actions: [] });
  });

  it('looks again when the bus was away for long in between', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const world = createWorld(clock, [item(clock, invitationPackage('started', '1', ringing))]);
    let down = true;
    world.bus(() => (down ? Promise.reject(new RelayError('busUnavailable', 'down')) : Promise.resolve()));
    const relaying = world.relay();
    await clock.advance(20_000);
    down = false;
    await clock.advance(10_000);
    await relaying;
    expect(world.published[0]?.[0]?.data).toMatchObject({ delayed: true, actions: [] });
    expect(world.published[0]?.[0]?.id).toMatch(/^[\w-]+$/);
  });

  it('looks again no longer than two seconds, and says that it is late all the same', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const world = createWorld(clock, [
      item(clock, invitationPackage('started', '1', ringing), '1', clock.now() - 10_000),
    ]);
    world.serves(
      (_path, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new RelayError('upstreamTimeout', 'stopped'))),
        ),
    );
    const relaying = world.relay();
    await clock.advance(2_000);
    await relaying;
    expect(world.published[0]?.[0]?.data).toMatchObject({ delayed: true, actions: ['decline'] });
    expect(clock.sleepers()).toBe(0);
  });

  it('asks UCWA for no more than fifty links at a time', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const events = Array.from({ length: 100 }, (_, index) => invitationPackage('started', `${index}`).senders).flat();
    const world = createWorld(clock, [item(clock, { next: '/next', senders: events })]);
    const asked: string[] = [];
    world.serves((path) => {
      asked.push(path);
      return new Promise(() => undefined);
    });
    const relaying = world.relay();
    await clock.advance(2_000);
    await relaying;
    expect(asked).toHaveLength(50);
    expect(world.published.flat()).toHaveLength(100);
  });
});
