import { slotOf } from '../../../shared/relay/slots';
import { decodeSlotHealth, type AccountHealth } from '../../../shared/relay/accountHealth';
import { keyOf, startAccountWorld, type AccountWorld } from '../../support/accountProcesses';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { testAccount } from '../../support/restingSession';

/** Two processes that share storage only; accounts are changed by a third, as the API does. */
const LIVE_WITHIN_MS = 10_000;

let clock: FakeClock;
let world: AccountWorld;
beforeEach(async () => {
  clock = createFakeClock();
  world = await startAccountWorld(clock);
});
afterEach(() => world.close());

/** Addresses of so many accounts, half of them polled by each of two shards. */
function addresses(count: number): string[] {
  const all = Array.from({ length: 200 }, (_, index) => `sip:user${index}@contoso.com`);
  return [0, 1].flatMap((shard) => all.filter((one) => slotOf(one) % 2 === shard).slice(0, count / 2));
}

const isPolling = (account: string): boolean =>
  world.ucwa.simulator.applications.of(account).some(({ channel }) => channel.hasPendingPoll);
const triesOf = (account: string): number[] =>
  world.ucwa.simulator.ledger.tokenRequests
    .filter(({ username }) => `sip:${username ?? ''}` === account)
    .map(({ status }) => status);

/** How many milliseconds passed until `is` holds; fails after 10 s. */
async function within10s(is: () => boolean | Promise<boolean>): Promise<number> {
  for (let ms = 0; ms <= LIVE_WITHIN_MS; ms += 250) {
    if (await is()) return ms;
    await clock.advance(250);
  }
  throw new Error('It is not so after 10 s.');
}

async function reported(account: string): Promise<AccountHealth | undefined> {
  const rows = await world.leases.read({ health: true });
  const row = rows.find(({ slot }) => slot === slotOf(account));
  return decodeSlotHealth(row?.health).accounts.find((one) => one.account === account);
}

test('an account is added, changed, disabled and removed while calls ring: live within 10 s, and nothing is lost on others', async () => {
  const [changed = '', ...others] = addresses(8);
  const password = (version: string): string => `marker-${version}-xyzzy`;
  for (const account of [changed, ...others]) {
    world.ucwa.simulator.passwords.set(account, password('0'));
    if (account !== changed) await world.put(account, password('0'));
  }
  const processes = [0, 1].map((shard) => world.start({ shard, shardCount: 2 }));
  await within10s(() => others.every(isPolling));

  let rung = 0;
  const ringOthers = (): void => {
    for (const account of others)
      world.ucwa.ring({ account, scenario: 'declined', from: `sip:caller${rung++}@contoso.com` });
  };
  const live: Record<string, number> = {};
  const step = async (name: string, change: () => Promise<unknown>, is: () => boolean): Promise<void> => {
    ringOthers();
    await change();
    live[name] = await within10s(is);
    ringOthers();
  };

  await step(
    'added',
    () => world.put(changed, password('0')),
    () => isPolling(changed),
  );
  world.ucwa.simulator.passwords.set(changed, password('1'));
  await step(
    'password',
    () => world.change(changed, { password: password('1') }),
    () => triesOf(changed).length === 2,
  );
  await clock.advance(4_000);
  expect(isPolling(changed)).toBe(true);
  world.ucwa.ring({ account: changed, scenario: 'declined' });
  await step(
    'disabled',
    () => world.change(changed, { enabled: false }),
    () => world.ucwa.simulator.applications.of(changed).length === 0,
  );
  await step(
    'enabled',
    () => world.change(changed, { enabled: true }),
    () => isPolling(changed),
  );
  await step(
    'removed',
    () => world.remove(changed),
    () => world.ucwa.simulator.applications.of(changed).length === 0,
  );
  await clock.advance(60_000);

  process.stdout.write(`live after, in ms: ${JSON.stringify(live)}\n`);
  expect(triesOf(changed)).toEqual([200, 200, 200]);
  // The others were signed in once, and each event that the pool emitted on their channels was published.
  for (const account of others) {
    expect(triesOf(account)).toEqual([200]);
    const emitted = world.ucwa
      .invitationEvents(account)
      .map(({ type }) => type)
      .sort();
    const published = world.published.filter(({ event }) => event.account === account);
    expect(published.map(({ event }) => event.data.event).sort()).toEqual(emitted);
    expect(emitted.length).toBeGreaterThanOrEqual(20);
  }
  expect(world.audit.map(({ action, fields }) => [action, fields.join()])).toEqual([
    ...others.map(() => ['added', expect.stringContaining('password') as string]),
    ['added', expect.stringContaining('password')],
    ['changed', 'password'],
    ['changed', 'enabled'],
    ['changed', 'enabled'],
    ['removed', ''],
  ]);
  const leases = (await world.leases.read({ health: true })).map((row) => decodeSlotHealth(row.health));
  const written = JSON.stringify([
    processes.map(({ log }) => log.lines),
    world.audit,
    [...world.table.rows.values()],
    [...world.rejected.rows.values()],
    leases,
    world.published,
  ]);
  expect(written).not.toContain('xyzzy');
  expect(written).not.toContain(Buffer.from(password('0')).toString('base64').slice(0, 16));
});

test('a wrong password by PATCH is tried once, is reported with what to do, and the right one connects again', async () => {
  const account = 'sip:reception@contoso.com';
  await world.put(account, 'password');
  world.start();
  await within10s(() => isPolling(account));
  await world.change(account, { password: 'wrong' });
  await within10s(() => triesOf(account).length === 2);
  await within10s(async () => (await reported(account))?.state === 'credentialsRejected');
  await clock.advance(30 * 60_000);
  expect(triesOf(account)).toEqual([200, 400]);
  const report = await reported(account);
  expect(report?.lastError).toContain(`PATCH /accounts/${account}`);
  expect(report?.nextTryAtMs).toBeGreaterThan(clock.now());

  await world.change(account, { password: 'password' });
  expect(await within10s(() => isPolling(account))).toBeLessThan(LIVE_WITHIN_MS);
  await within10s(async () => (await reported(account))?.state === 'connected');
  expect(triesOf(account)).toEqual([200, 400, 200]);
  // The same again is tried again: the directory may have been what was wrong.
  await world.change(account, { password: 'password' });
  await within10s(() => triesOf(account).length === 4);
});

test('a change is live within 10 s too while a fallback hands the account over to a run of the same process', async () => {
  const [one, other] = ['sip:one@contoso.com', 'sip:other@contoso.com'] as const;
  await world.put(one, 'password');
  await world.put(other, 'password');
  const { log } = world.start({ fallbackFirst: true });
  await within10s(() => isPolling(one) && isPolling(other));
  await clock.advance(10_000);
  expect(log.lines.map(({ event }) => event)).toContain('slotsTakenByFallback');
  await world.change(one, { password: 'wrong' });
  await world.change(other, { enabled: false });
  await within10s(() => triesOf(one).length === 2);
  await within10s(() => world.ucwa.simulator.applications.of(other).length === 0);
  expect(triesOf(other)).toEqual([200]);
});

test('a process without the key says so, signs in nowhere, and gives the password to nobody', async () => {
  const [one = '', other = ''] = addresses(2);
  await world.put(one, 'password');
  await world.put(other, 'password');
  const old = world.start({ encryptionKey: keyOf('z') });
  await clock.advance(60_000);
  expect(world.ucwa.simulator.ledger.tokenRequests).toEqual([]);
  const [known] = await old.accounts.list();
  expect(known?.problem?.message).toMatch(/^RELAY_ENCRYPTION_KEY lacks the key/);
  expect(await reported(one)).toMatchObject({ state: 'cannotSignIn', lastError: known?.problem?.message });
  const said = old.log.lines.filter(({ event }) => event === 'accountDisconnected');
  expect(said.filter(({ level }) => level === 'error')).toHaveLength(2);
});

test('the table counts where both hold an account; without it the setting does', async () => {
  const account = 'sip:reception@contoso.com';
  const setting = [{ ...testAccount(account), password: 'wrong', discoveryUrl: world.ucwa.url }];
  await world.put(account, 'password');
  const { accounts } = world.start({ setting });
  await within10s(() => isPolling(account));
  expect(triesOf(account)).toEqual([200]);
  expect(await accounts.list()).toMatchObject([{ source: 'table', isAlsoInSetting: true }]);
  await world.change(account, { enabled: false });
  await within10s(() => !isPolling(account));
  await world.remove(account);
  await within10s(() => triesOf(account).length === 2);
  expect(await accounts.list()).toMatchObject([{ source: 'setting', isAlsoInSetting: false }]);
});

test('while nothing changes the table is read once for each process and heartbeat, whatever the number of accounts', async () => {
  const readsOf = async (count: number): Promise<number> => {
    for (let index = 0; index < count; index += 1)
      await world.put(`sip:user${index}@contoso.com`, 'password', { enabled: index % 50 === 0 });
    await clock.advance(10_000);
    const before = world.reads();
    await clock.advance(60_000);
    return world.reads() - before;
  };
  world.start();
  const few = await readsOf(1);
  const many = await readsOf(500);
  process.stdout.write(`reads of the table of accounts in a minute: ${few} with 1 account, ${many} with 500\n`);
  expect([few, many]).toEqual([20, 20]);
});
