import type { Clock } from '../../../shared/clock';
import { RelayError } from '../../../shared/errors/relayError';
import { decodeSlotHealth } from '../../../shared/relay/accountHealth';
import type { PolledAccount } from '../../../shared/relay/accountSource';
import { pollSlots, type PollPorts } from '../../../shared/relay/pollSlots';
import {
  FALLBACK_RENEWAL_MS,
  isFallback,
  LEASE_DURATION_MS,
  LEASE_RENEWAL_MS,
  newOwner,
  slotOf,
  slotsOfShard,
  type SlotLeaseStore,
} from '../../../shared/relay/slots';
import { silentLog } from '../../../shared/telemetry/log';
import type { SessionHealth, UcwaSession } from '../../../shared/ucwa/session';
import { createMemoryCalls } from '../../support/memoryCalls';
import { createFakeClock, settlePromises, type FakeClock } from '../../support/fakeClock';
import { registryOf } from '../../support/memoryAccountTable';
import { createMemorySlotLeases } from '../../support/memorySlotLeases';
import { createRestingSession, testAccount } from '../../support/restingSession';

const accounts = Array.from({ length: 20 }, (_, index) => testAccount(`sip:user${String(index)}@contoso.com`));

/**
 * Who polls each account at this instant. A second poll replaces the first, as UCWA does; that is a collision unless a
 * fallback's poll is replaced by the run to which it hands over.
 */
function createPollers() {
  const pollers = new Map<string, { readonly owner: string; readonly replace: () => void }>();
  const collisions: string[] = [];
  return {
    collisions,
    of: (account: string) => pollers.get(account)?.owner,
    count: () => pollers.size,
    open(account: string, owner: string, replace: () => void) {
      const other = pollers.get(account);
      pollers.set(account, { owner, replace });
      if (other === undefined) return;
      if (!isFallback(other.owner) || isFallback(owner))
        collisions.push(`${owner} polls ${account} beside ${other.owner}`);
      other.replace();
    },
    close(account: string, owner: string) {
      if (pollers.get(account)?.owner === owner) pollers.delete(account);
    },
    die(owner: string) {
      for (const [account, poller] of pollers) if (poller.owner === owner) pollers.delete(account);
    },
  };
}

type Pollers = ReturnType<typeof createPollers>;

function portsOf(owner: string, clock: Clock, leases: SlotLeaseStore, pollers: Pollers): PollPorts {
  const sessions = new Map(
    accounts.map((account) => [
      account.sipUri,
      createRestingSession(account, {
        opened: (replace) => pollers.open(account.sipUri, owner, replace),
        closed: () => pollers.close(account.sipUri, owner),
      }),
    ]),
  );
  return {
    owner,
    accounts: registryOf(accounts),
    signInsPerSecond: 1_000,
    leases,
    clock,
    session: ({ account }) =>
      sessions.get(account.sipUri) ?? createRestingSession(account, { opened() {}, closed() {} }),
    publisher: {
      publish: () => Promise.resolve(),
      sendUnreadable: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    invitationIdOf: () => 'id',
    referenceOf: () => undefined,
    kinds: ['audioVideo'],
    includeSdp: false,
    contactDetails: false,
    calls: createMemoryCalls(),
    random: () => 0.5,
    log: silentLog,
  };
}

/** As the app does: one session for each account object. */
function oncePerAccount(make: PollPorts['session']): PollPorts['session'] {
  const made = new Map<PolledAccount, UcwaSession>();
  return (polled) => {
    const session = made.get(polled) ?? make(polled);
    made.set(polled, session);
    return session;
  };
}

/** A process that can be killed: from then on its clock never wakes it and its storage never answers. */
function createMortal(clock: FakeClock, leases: SlotLeaseStore) {
  const killed = new AbortController();
  const never = new Promise<never>(() => undefined);
  const unlessDead = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = killed.signal.aborted ? never : await work();
    return killed.signal.aborted ? never : result;
  };
  return {
    kill: () => killed.abort(),
    clock: {
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      sleep: (ms: number, signal?: AbortSignal) => unlessDead(() => clock.sleep(ms, signal)),
      setTimer: (ms: number, ring: () => void) =>
        clock.setTimer(ms, () => (killed.signal.aborted ? undefined : ring())),
    },
    leases: {
      read: (what?: { readonly health: boolean }) => unlessDead(() => leases.read(what)),
      write: (rows: Parameters<SlotLeaseStore['write']>[0]) => unlessDead(() => leases.write(rows)),
    },
  };
}

const slots = slotsOfShard(0, 1);
const run = { slots, runMs: 600_000 };

describe('pollSlots', () => {
  it('opens one channel for every account and closes them all at the deadline, giving its slots back', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const leases = createMemorySlotLeases();
    const pollers = createPollers();
    const ended = pollSlots(run, portsOf('a', clock, leases, pollers), new AbortController().signal);
    await clock.advance(1_000);
    expect(pollers.count()).toBe(accounts.length);
    await clock.advance(600_000);
    await ended;
    expect(pollers.count()).toBe(0);
    const slotsInUse = new Set(accounts.map(({ sipUri }) => slotOf(sipUri)));
    expect((await leases.read()).map(({ owner }) => owner)).toEqual(Array.from(slotsInUse, () => ''));
  });

  it('ends at once when it is told to', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const stop = new AbortController();
    const pollers = createPollers();
    const ended = pollSlots(run, portsOf('a', clock, createMemorySlotLeases(), pollers), stop.signal);
    await clock.advance(1_000);
    stop.abort();
    await ended;
    expect(pollers.count()).toBe(0);
    expect(clock.sleepers()).toBe(0);
  });

  it('gives its slots back before its channels end, which keep the process busy where they are many', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const leases = createMemorySlotLeases();
    const pollers = createPollers();
    const pollingAtWrites: number[] = [];
    const watched: SlotLeaseStore = {
      read: (what) => leases.read(what),
      write: (rows) => {
        pollingAtWrites.push(pollers.count());
        return leases.write(rows);
      },
    };
    const stop = new AbortController();
    const ended = pollSlots(run, portsOf('a', clock, watched, pollers), stop.signal);
    await clock.advance(1_000);
    stop.abort();
    await ended;
    expect(pollingAtWrites.at(-1)).toBe(accounts.length);
    expect(pollers.count()).toBe(0);
  });

  it('is followed without a pause by the next run', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const leases = createMemorySlotLeases();
    const pollers = createPollers();
    const first = pollSlots(run, portsOf('a', clock, leases, pollers), new AbortController().signal);
    await clock.advance(600_000);
    await first;
    const stop = new AbortController();
    const second = pollSlots(run, portsOf('b', clock, leases, pollers), stop.signal);
    await clock.advance(accounts.length); // a millisecond for each sign-in
    expect(pollers.of('sip:user0@contoso.com')).toBe('b');
    stop.abort();
    await second;
  });

  it.each([
    ['gives its slots back', (stop: AbortController) => stop.abort()],
    ['dies', (_stop: AbortController, kill: () => void) => kill()],
  ])('tells who comes after it how far each channel was read, when it %s while the bus is down', async (_how, end) => {
    const clock = createFakeClock(undefined, settlePromises);
    const leases = createMemorySlotLeases();
    const pollers = createPollers();
    const [behind, other] = accounts.map(({ sipUri }) => sipUri);
    const before = createMortal(clock, leases);
    const ports = portsOf('a', before.clock, before.leases, pollers);
    const downSinceMs = clock.now() + 10_000;
    const readToEndMs = (account: string) => (account === behind ? Math.min(clock.now(), downSinceMs) : clock.now());
    const session = oncePerAccount((polled) => ({
      ...ports.session(polled),
      health: () => ({ ...ports.session(polled).health(), readToEndMs: readToEndMs(polled.account.sipUri) }),
    }));
    const stop = new AbortController();
    const ended = pollSlots(run, { ...ports, session }, stop.signal);
    await clock.advance(90_000);
    const endedAtMs = clock.now();
    end(stop, before.kill);
    await Promise.race([ended, clock.advance(LEASE_DURATION_MS + LEASE_RENEWAL_MS)]);

    const reported = new Map<string, number | undefined>();
    const next = portsOf('b', clock, leases, createPollers());
    const listening = oncePerAccount((polled) => ({
      ...next.session(polled),
      packages: (signal, options) => (
        reported.set(polled.account.sipUri, options?.readUntilMs),
        next.session(polled).packages(signal)
      ),
    }));
    const stopNext = new AbortController();
    const endedNext = pollSlots(run, { ...next, session: listening }, stopNext.signal);
    await clock.advance(LEASE_RENEWAL_MS);
    expect(reported.get(behind ?? '')).toBe(downSinceMs);
    expect(endedAtMs - (reported.get(other ?? '') ?? 0)).toBeLessThanOrEqual(LEASE_RENEWAL_MS);
    stopNext.abort();
    await endedNext;
  });

  it('reports an account that has come into another state with the next renewal', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const leases = createMemorySlotLeases();
    const ports = portsOf('a', clock, leases, createPollers());
    let state: SessionHealth['state'] = 'connected';
    let stateChanged: (() => void) | undefined;
    const changing = accounts[0]?.sipUri;
    const session = oncePerAccount((polled) => ({
      ...ports.session(polled),
      packages: (signal, options) => {
        if (polled.account.sipUri === changing) ({ stateChanged } = options ?? {});
        return ports.session(polled).packages(signal);
      },
      health: () => ({ ...ports.session(polled).health(), state }),
    }));
    const stop = new AbortController();
    const ended = pollSlots(run, { ...ports, session }, stop.signal);
    const reported = async (account: string | undefined): Promise<string | undefined> =>
      (await leases.read({ health: true }))
        .flatMap(({ health }) => decodeSlotHealth(health).accounts)
        .find((one) => one.account === account)?.state;
    await clock.advance(2 * LEASE_RENEWAL_MS);
    expect(await reported(changing)).toBe('connected');
    state = 'backingOff';
    stateChanged?.();
    await clock.advance(LEASE_RENEWAL_MS);
    expect(await reported(changing)).toBe('backingOff');
    const other = accounts.find(({ sipUri }) => slotOf(sipUri) !== slotOf(changing ?? ''))?.sipUri;
    expect(await reported(other)).toBe('connected');
    stop.abort();
    await ended;
  });

  it('reads the leases again only when another has changed one', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const leases = createMemorySlotLeases();
    let reads = 0;
    const counting: SlotLeaseStore = { ...leases, read: (what) => ((reads += 1), leases.read(what)) };
    const pollers = createPollers();
    const stop = new AbortController();
    const ended = pollSlots(run, portsOf('a', clock, counting, pollers), stop.signal);
    await clock.advance(1_000);
    const readsAtFirst = reads;
    await clock.advance(10 * LEASE_RENEWAL_MS);
    expect(reads).toBe(readsAtFirst);
    const [row] = await leases.read();
    if (row === undefined) throw new Error('There is no row.');
    await leases.write([{ ...row, owner: 'b', expiresAtMs: clock.now() + LEASE_DURATION_MS }]);
    await clock.advance(LEASE_RENEWAL_MS);
    const ofSlot = accounts.filter(({ sipUri }) => slotOf(sipUri) === row.slot);
    expect(ofSlot.map(({ sipUri }) => pollers.of(sipUri))).toEqual(ofSlot.map(() => undefined));
    expect(pollers.count()).toBe(accounts.length - ofSlot.length);
    stop.abort();
    await ended;
  });

  it('stays connected while storage is down', async () => {
    const clock = createFakeClock(undefined, settlePromises);
    const leases = createMemorySlotLeases();
    const pollers = createPollers();
    let down = false;
    const unlessDown = <T>(work: () => Promise<T>): Promise<T> =>
      down ? Promise.reject(new RelayError('storageUnavailable', 'down')) : work();
    const outage: SlotLeaseStore = {
      read: (what) => unlessDown(() => leases.read(what)),
      write: (rows) => unlessDown(() => leases.write(rows)),
    };
    const stop = new AbortController();
    const ended = pollSlots(run, portsOf('a', clock, outage, pollers), stop.signal);
    await clock.advance(1_000);
    down = true;
    await clock.advance(5 * LEASE_DURATION_MS);
    expect(pollers.count()).toBe(accounts.length);
    stop.abort();
    await ended;
  });

  it.each(['read', 'write'] as const)('ends in time while storage takes a %s and never answers', async (operation) => {
    const clock = createFakeClock(undefined, settlePromises);
    const leases = createMemorySlotLeases();
    const pollers = createPollers();
    let silent = false;
    const never = new Promise<never>(() => undefined);
    const halfOpen: SlotLeaseStore = {
      read: (what) => (silent && operation === 'read' ? never : leases.read(what)),
      write: (rows) => (silent && operation === 'write' ? never : leases.write(rows)),
    };
    const stop = new AbortController();
    const ended = pollSlots(run, portsOf('a', clock, halfOpen, pollers), stop.signal);
    await clock.advance(1_000);
    silent = true;
    await clock.advance(60_000);
    expect(pollers.count()).toBe(accounts.length);
    stop.abort();
    await clock.advance(5_000);
    await ended;
    expect(pollers.count()).toBe(0);
    expect(clock.sleepers()).toBe(0);
  });

  it(
    'has at most one poller an account through two hours in which processes die at random, and every death is ' +
      'followed by a take-over',
    async () => {
      const clock = createFakeClock(undefined, settlePromises);
      const leases = createMemorySlotLeases();
      const pollers = createPollers();
      const failures: unknown[] = [];
      let seed = 42;
      const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
      const delaysMs: number[] = [];
      let born = 0;
      const stop = new AbortController();

      /** A process of the app; in one of them the platform's timer starts the next run as soon as one ends. */
      const bear = (hasTimer: boolean) => {
        const id = `p${String(++born)}`;
        const mortal = createMortal(clock, leases);
        const names = new Set<string>();
        const poll = (owner: string, runMs?: number): Promise<void> => {
          names.add(owner);
          const ports = portsOf(owner, mortal.clock, mortal.leases, pollers);
          return pollSlots({ slots, ...(runMs === undefined ? {} : { runMs }) }, ports, stop.signal);
        };
        const fireTimer = async (): Promise<void> => {
          for (let n = 0; !stop.signal.aborted; n++) await poll(newOwner('run', `${id}.${String(n)}`), 600_000);
        };
        const work = [poll(newOwner('fallback', id)), ...(hasTimer ? [fireTimer()] : [])];
        Promise.all(work).catch((error: unknown) => failures.push(error));
        return { names, kill: mortal.kill, hasTimer };
      };

      const processes = [bear(true), bear(false), bear(false)];
      await clock.advance(5_000);
      const endMs = clock.now() + 2 * 3_600_000;
      while (clock.now() < endMs) {
        await clock.advance(60_000 + Math.floor(random() * 240_000));
        const owner = pollers.of('sip:user0@contoso.com') ?? '';
        const index = processes.findIndex(({ names }) => names.has(owner));
        const victim = processes[index];
        expect(victim).toBeDefined();
        if (victim === undefined) break;
        victim.kill();
        for (const name of victim.names) pollers.die(name);
        const diedAtMs = clock.now();
        // The platform's lock on the timer goes to a new process a minute later, or never.
        while (pollers.count() < accounts.length && clock.now() - diedAtMs < 60_000) await clock.advance(500);
        expect(pollers.count()).toBe(accounts.length);
        delaysMs.push(clock.now() - diedAtMs);
        await clock.advance(60_000);
        processes[index] = bear(victim.hasTimer);
      }
      stop.abort();
      expect(failures).toEqual([]);
      expect(pollers.collisions).toEqual([]);
      expect(delaysMs.length).toBeGreaterThan(20);
      expect(Math.max(...delaysMs)).toBeLessThanOrEqual(LEASE_DURATION_MS + FALLBACK_RENEWAL_MS + 500);
      process.stdout.write(
        `take-over after ${String(delaysMs.length)} deaths: ${String(Math.min(...delaysMs))} to ${String(Math.max(...delaysMs))} ms\n`,
      );
    },
  );
});

describe('a fallback', () => {
  /** Polls as `owner` until the function that it returns is called. */
  const start = (owner: string, clock: FakeClock, leases: SlotLeaseStore, pollers: Pollers) => {
    const stop = new AbortController();
    const ended = pollSlots({ slots }, portsOf(owner, clock, leases, pollers), stop.signal);
    return (): Promise<void> => {
      stop.abort();
      return ended;
    };
  };
  const fallback = newOwner('fallback', 'f');

  it('takes slots that were given back within three seconds, and reads the leases alone while it has none', async () => {
    const [clock, leases, pollers] = [
      createFakeClock(undefined, settlePromises),
      createMemorySlotLeases(),
      createPollers(),
    ];
    const stopRun = start('a', clock, leases, pollers);
    await clock.advance(1_000);
    let writes = 0;
    const counting = {
      ...leases,
      write: (rows: Parameters<SlotLeaseStore['write']>[0]) => ((writes += rows.length), leases.write(rows)),
    };
    const stopFallback = start(fallback, clock, counting, pollers);
    await clock.advance(30_000);
    expect(writes).toBe(0);
    await stopRun();
    await clock.advance(3_000);
    expect(accounts.map(({ sipUri }) => pollers.of(sipUri))).toEqual(accounts.map(() => fallback));
    await stopFallback();
  });

  it('hands over to a run that asks, without an instant in which an account has no poller', async () => {
    const [clock, leases, pollers] = [
      createFakeClock(undefined, settlePromises),
      createMemorySlotLeases(),
      createPollers(),
    ];
    const stopFallback = start(fallback, clock, leases, pollers);
    await clock.advance(5_000);
    expect(pollers.of('sip:user0@contoso.com')).toBe(fallback);

    const stopRun = start('a', clock, leases, pollers);
    for (let step = 0; step < 40; step++) {
      await clock.advance(100);
      expect(pollers.count()).toBe(accounts.length);
    }
    expect(accounts.map(({ sipUri }) => pollers.of(sipUri))).toEqual(accounts.map(() => 'a'));
    expect((await leases.read()).every(({ owner, askedBy }) => owner === 'a' && askedBy === '')).toBe(true);
    await clock.advance(120_000);
    expect(pollers.of('sip:user0@contoso.com')).toBe('a');
    expect(pollers.collisions).toEqual([]);
    await Promise.all([stopRun(), stopFallback()]);
    expect(clock.sleepers()).toBe(0);
  });

  it('takes the slots again when the run that asked for them dies before it polls', async () => {
    const [clock, leases, pollers] = [
      createFakeClock(undefined, settlePromises),
      createMemorySlotLeases(),
      createPollers(),
    ];
    const stopFallback = start(fallback, clock, leases, pollers);
    await clock.advance(5_000);
    const dying = createMortal(clock, leases);
    void pollSlots({ slots }, portsOf('a', dying.clock, dying.leases, pollers), new AbortController().signal);
    await clock.advance(0);
    dying.kill();
    await clock.advance(LEASE_DURATION_MS + 2 * FALLBACK_RENEWAL_MS);
    expect(pollers.of('sip:user0@contoso.com')).toBe(fallback);
    expect((await leases.read()).every(({ owner }) => owner === fallback)).toBe(true);
    await stopFallback();
  });

  it('tells the run how far each channel was read', async () => {
    const [clock, leases, pollers] = [
      createFakeClock(undefined, settlePromises),
      createMemorySlotLeases(),
      createPollers(),
    ];
    const stopFallback = start(fallback, clock, leases, pollers);
    await clock.advance(20_000);
    const reported: (number | undefined)[] = [];
    const next = portsOf('a', clock, leases, createPollers());
    const stop = new AbortController();
    const ended = pollSlots(
      { slots },
      {
        ...next,
        session: oncePerAccount((polled) => ({
          ...next.session(polled),
          packages: (signal, options) => (reported.push(options?.readUntilMs), next.session(polled).packages(signal)),
        })),
      },
      stop.signal,
    );
    await clock.advance(4_000);
    expect(reported).toHaveLength(accounts.length);
    for (const readUntilMs of reported) expect(clock.now() - (readUntilMs ?? 0)).toBeLessThanOrEqual(4_000);
    stop.abort();
    await Promise.all([ended, stopFallback()]);
  });
});

describe('a poller that stood still', () => {
  it('renews before it polls, and leaves what another has taken', async () => {
    const [clockOfA, clockOfB] = [
      createFakeClock(undefined, settlePromises),
      createFakeClock(undefined, settlePromises),
    ];
    const leases = createMemorySlotLeases();
    const both = (ms: number) => Promise.all([clockOfA.advance(ms), clockOfB.advance(ms)]);
    const confirmations: { confirm: () => Promise<void>; signal: AbortSignal }[] = [];
    const portsOfA = portsOf('a', clockOfA, leases, createPollers());
    const session = oncePerAccount((polled) => ({
      ...portsOfA.session(polled),
      packages: (signal, options) => {
        confirmations.push({ confirm: () => options?.confirmLease?.(signal) ?? Promise.resolve(), signal });
        return portsOfA.session(polled).packages(signal);
      },
    }));
    const stop = new AbortController();
    const endedA = pollSlots({ slots }, { ...portsOfA, session }, stop.signal);
    await both(1_000);
    expect(confirmations).toHaveLength(accounts.length);
    const pollersOfB = createPollers();
    const endedB = pollSlots({ slots }, portsOf('b', clockOfB, leases, pollersOfB), stop.signal);
    await both(1_000);

    // Nothing is to be renewed while the leases cannot have lapsed.
    await Promise.all(confirmations.map(({ confirm }) => confirm()));
    expect(confirmations.filter(({ signal }) => signal.aborted)).toEqual([]);

    await clockOfB.advance(LEASE_DURATION_MS + LEASE_RENEWAL_MS);
    expect(pollersOfB.count()).toBe(accounts.length);
    const stalled = clockOfA.stall(LEASE_DURATION_MS + LEASE_RENEWAL_MS);
    await Promise.all(confirmations.map(({ confirm }) => confirm()));
    expect(confirmations.filter(({ signal }) => !signal.aborted)).toEqual([]);
    await stalled;
    stop.abort();
    await Promise.all([endedA, endedB]);
  });

  it('goes on where its leases are its own still, and where storage cannot say', async () => {
    for (const isDown of [false, true]) {
      const clock = createFakeClock(undefined, settlePromises);
      const leases = createMemorySlotLeases();
      let down = false;
      const unlessDown = <T>(work: () => Promise<T>): Promise<T> =>
        down ? Promise.reject(new RelayError('storageUnavailable', 'down')) : work();
      const store: SlotLeaseStore = {
        read: (what) => unlessDown(() => leases.read(what)),
        write: (rows) => unlessDown(() => leases.write(rows)),
      };
      const pollers = createPollers();
      const stop = new AbortController();
      const ended = pollSlots({ slots }, portsOf('a', clock, store, pollers), stop.signal);
      await clock.advance(1_000);
      down = isDown;
      await clock.stall(60_000);
      await clock.advance(10_000);
      expect(pollers.count()).toBe(accounts.length);
      stop.abort();
      await ended;
    }
  });
});

it('takes over within fifteen seconds what a poller whose clock ran ahead has left', async () => {
  const clock = createFakeClock(undefined, settlePromises);
  const leases = createMemorySlotLeases();
  const pollers = createPollers();
  const ahead = createFakeClock(clock.now() + 1_800_000);
  const dying = createMortal(ahead, leases);
  void pollSlots({ slots }, portsOf('a', dying.clock, dying.leases, pollers), new AbortController().signal);
  await ahead.advance(1_000);
  const stop = new AbortController();
  const ended = pollSlots({ slots }, portsOf('b', clock, leases, pollers), stop.signal);
  for (let second = 0; second < 60; second += 1) await Promise.all([ahead.advance(1_000), clock.advance(1_000)]);
  expect(pollers.of('sip:user0@contoso.com')).toBe('a');
  dying.kill();
  pollers.die('a');
  const diedAtMs = clock.now();
  while (pollers.count() < accounts.length && clock.now() - diedAtMs < 60_000) await clock.advance(500);
  process.stdout.write(`take-over from a clock 30 minutes ahead: ${String(clock.now() - diedAtMs)} ms\n`);
  expect(clock.now() - diedAtMs).toBeLessThanOrEqual(15_000);
  stop.abort();
  await ended;
});
