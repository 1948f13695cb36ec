import type { Clock } from '../../../shared/clock';
import { RelayError } from '../../../shared/errors/relayError';
import { pollShard, type ShardPorts } from '../../../shared/relay/pollShard';
import { LEASE_DURATION_MS, LEASE_RENEWAL_MS, slotOf, type SlotLeaseStore } from '../../../shared/relay/slots';
import { silentLog } from '../../../shared/telemetry/log';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { createMemorySlotLeases } from '../../support/memorySlotLeases';
import { createRestingSession, testAccount } from '../../support/restingSession';

const accounts = Array.from({ length: 20 }, (_, index) => testAccount(`sip:user${String(index)}@contoso.com`));

/** Who polls each account at this instant, and every time that a second poller came beside the first. */
function createPollers() {
  const pollers = new Map<string, string>();
  const collisions: string[] = [];
  return {
    collisions,
    of: (account: string) => pollers.get(account),
    count: () => pollers.size,
    open(account: string, owner: string) {
      const other = pollers.get(account);
      if (other !== undefined) collisions.push(`${owner} polls ${account} beside ${other}`);
      pollers.set(account, owner);
    },
    close(account: string, owner: string) {
      if (pollers.get(account) === owner) pollers.delete(account);
    },
    die(owner: string) {
      for (const [account, poller] of pollers) if (poller === owner) pollers.delete(account);
    },
  };
}

type Pollers = ReturnType<typeof createPollers>;

function portsOf(owner: string, clock: Clock, leases: SlotLeaseStore, pollers: Pollers): ShardPorts {
  const sessions = new Map(
    accounts.map((account) => [
      account.sipUri,
      createRestingSession(account, {
        opened: () => pollers.open(account.sipUri, owner),
        closed: () => pollers.close(account.sipUri, owner),
      }),
    ]),
  );
  return {
    owner,
    accounts,
    leases,
    clock,
    session: (account) => sessions.get(account.sipUri) ?? createRestingSession(account, { opened() {}, closed() {} }),
    publisher: { publish: () => Promise.resolve(), park: () => Promise.resolve(), close: () => Promise.resolve() },
    invitationIdOf: () => 'id',
    referenceOf: () => undefined,
    kinds: ['audioVideo'],
    includeSdp: false,
    random: () => 0.5,
    log: silentLog,
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
      sleep: (ms: number, signal?: AbortSignal) => unlessDead(() => clock.sleep(ms, signal)),
      alarm: (ms: number, ring: () => void) => clock.alarm(ms, () => (killed.signal.aborted ? undefined : ring())),
    },
    leases: {
      read: (what?: { readonly health: boolean }) => unlessDead(() => leases.read(what)),
      write: (rows: Parameters<SlotLeaseStore['write']>[0]) => unlessDead(() => leases.write(rows)),
    },
  };
}

const run = { shard: 0, shardCount: 1, runMs: 600_000, patienceMs: 0 };

describe('pollShard', () => {
  it('opens one channel for every account and closes them all at the deadline, giving its slots back', async () => {
    const clock = createFakeClock();
    const leases = createMemorySlotLeases();
    const pollers = createPollers();
    const ended = pollShard(run, portsOf('a', clock, leases, pollers), new AbortController().signal);
    await clock.advance(1_000);
    expect(pollers.count()).toBe(accounts.length);
    await clock.advance(600_000);
    await ended;
    expect(pollers.count()).toBe(0);
    const slotsInUse = new Set(accounts.map(({ sipUri }) => slotOf(sipUri)));
    expect((await leases.read()).map(({ owner }) => owner)).toEqual(Array.from(slotsInUse, () => ''));
  });

  it('ends at once when it is told to', async () => {
    const clock = createFakeClock();
    const stop = new AbortController();
    const pollers = createPollers();
    const ended = pollShard(run, portsOf('a', clock, createMemorySlotLeases(), pollers), stop.signal);
    await clock.advance(1_000);
    stop.abort();
    await ended;
    expect(pollers.count()).toBe(0);
    expect(clock.sleepers()).toBe(0);
  });

  it('is followed without a pause by the next run', async () => {
    const clock = createFakeClock();
    const leases = createMemorySlotLeases();
    const pollers = createPollers();
    const first = pollShard(run, portsOf('a', clock, leases, pollers), new AbortController().signal);
    await clock.advance(600_000);
    await first;
    const stop = new AbortController();
    const second = pollShard(run, portsOf('b', clock, leases, pollers), stop.signal);
    await clock.advance(0);
    expect(pollers.of('sip:user0@contoso.com')).toBe('b');
    stop.abort();
    await second;
  });

  it.each([
    ['gives its slots back', (stop: AbortController) => stop.abort()],
    ['dies', (_stop: AbortController, kill: () => void) => kill()],
  ])('tells who comes after it how far each channel was read, when it %s while the bus is down', async (_how, end) => {
    const clock = createFakeClock();
    const leases = createMemorySlotLeases();
    const pollers = createPollers();
    const [behind, other] = accounts.map(({ sipUri }) => sipUri);
    const before = createMortal(clock, leases);
    const ports = portsOf('a', before.clock, before.leases, pollers);
    const downSinceMs = clock.now() + 10_000;
    const readToEndMs = (account: string) => (account === behind ? Math.min(clock.now(), downSinceMs) : clock.now());
    const session: ShardPorts['session'] = (account) => ({
      ...ports.session(account),
      health: () => ({ ...ports.session(account).health(), readToEndMs: readToEndMs(account.sipUri) }),
    });
    const stop = new AbortController();
    const ended = pollShard(run, { ...ports, session }, stop.signal);
    await clock.advance(90_000);
    const endedAtMs = clock.now();
    end(stop, before.kill);
    await Promise.race([ended, clock.advance(LEASE_DURATION_MS + LEASE_RENEWAL_MS)]);

    const told = new Map<string, number | undefined>();
    const next = portsOf('b', clock, leases, createPollers());
    const listening: ShardPorts['session'] = (account) => ({
      ...next.session(account),
      packages: (signal, readUntilMs) => (
        told.set(account.sipUri, readUntilMs),
        next.session(account).packages(signal)
      ),
    });
    const stopNext = new AbortController();
    const endedNext = pollShard(run, { ...next, session: listening }, stopNext.signal);
    await clock.advance(LEASE_RENEWAL_MS);
    expect(told.get(behind ?? '')).toBe(downSinceMs);
    expect(endedAtMs - (told.get(other ?? '') ?? 0)).toBeLessThanOrEqual(LEASE_RENEWAL_MS);
    stopNext.abort();
    await endedNext;
  });

  it('stays on the air while storage is down', async () => {
    const clock = createFakeClock();
    const leases = createMemorySlotLeases();
    const pollers = createPollers();
    let down = false;
    const outage: SlotLeaseStore = {
      read: (what) => (down ? Promise.reject(new RelayError('storageUnavailable', 'down')) : leases.read(what)),
      write: (rows) => leases.write(rows),
    };
    const stop = new AbortController();
    const ended = pollShard(run, portsOf('a', clock, outage, pollers), stop.signal);
    await clock.advance(1_000);
    down = true;
    await clock.advance(5 * LEASE_DURATION_MS);
    expect(pollers.count()).toBe(accounts.length);
    stop.abort();
    await ended;
  });

  it.each(['read', 'write'] as const)('ends in time while storage takes a %s and never answers', async (operation) => {
    const clock = createFakeClock();
    const leases = createMemorySlotLeases();
    const pollers = createPollers();
    let silent = false;
    const never = new Promise<never>(() => undefined);
    const halfOpen: SlotLeaseStore = {
      read: (what) => (silent && operation === 'read' ? never : leases.read(what)),
      write: (rows) => (silent && operation === 'write' ? never : leases.write(rows)),
    };
    const stop = new AbortController();
    const ended = pollShard(run, portsOf('a', clock, halfOpen, pollers), stop.signal);
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

  it('has at most one poller an account through two hours in which owners die at random, and every death is followed by a take-over', async () => {
    const clock = createFakeClock();
    const leases = createMemorySlotLeases();
    const pollers = createPollers();
    const failures: unknown[] = [];
    let seed = 42;
    const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
    const delaysMs: number[] = [];
    let born = 0;
    const stop = new AbortController();

    const bear = (patienceMs: number) => {
      const owner = `p${String(++born)}`;
      const mortal = createMortal(clock, leases);
      // The platform's timer starts the next run as soon as one ends, in the same process.
      const live = async (): Promise<void> => {
        for (let n = 0; !stop.signal.aborted; n++) {
          const name = `${owner}.${String(n)}`;
          current = name;
          await pollShard({ ...run, patienceMs }, portsOf(name, mortal.clock, mortal.leases, pollers), stop.signal);
        }
      };
      let current = owner;
      live().catch((error: unknown) => failures.push(error));
      return { name: () => current, kill: mortal.kill, patienceMs };
    };

    const processes = [bear(0), bear(0), bear(15_000)];
    await clock.advance(5_000);
    const endMs = clock.now() + 2 * 3_600_000;
    while (clock.now() < endMs) {
      await clock.advance(60_000 + Math.floor(random() * 240_000));
      const owner = pollers.of('sip:user0@contoso.com');
      const index = processes.findIndex((process) => process.name() === owner);
      const victim = processes[index];
      expect(victim).toBeDefined();
      if (victim === undefined) break;
      victim.kill();
      pollers.die(victim.name());
      const diedAtMs = clock.now();
      while (pollers.count() < accounts.length && clock.now() - diedAtMs < 60_000) await clock.advance(500);
      expect(pollers.count()).toBe(accounts.length);
      delaysMs.push(clock.now() - diedAtMs);
      processes[index] = bear(victim.patienceMs);
    }
    stop.abort();
    expect(failures).toEqual([]);
    expect(pollers.collisions).toEqual([]);
    expect(delaysMs.length).toBeGreaterThan(20);
    expect(Math.max(...delaysMs)).toBeLessThanOrEqual(LEASE_DURATION_MS + LEASE_RENEWAL_MS + 500);
    process.stdout.write(
      `take-over after ${String(delaysMs.length)} deaths: ${String(Math.min(...delaysMs))} to ${String(Math.max(...delaysMs))} ms\n`,
    );
  });
});
