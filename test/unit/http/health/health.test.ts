import { createHash } from 'node:crypto';
import { RelayError } from '../../../../shared/errors/relayError';
import { toAccountCheck, toHeartbeat } from '../../../../shared/http/health/accountCheck';
import { toAccountsChecks } from '../../../../shared/http/health/accountsHealth';
import { readHealth, settingsHealth, toHealthResponse } from '../../../../shared/http/health/health';
import type { AzureHealth } from '../../../../shared/http/health/azureHealth';
import type { SubscriberHealth } from '../../../../shared/http/health/subscriberHealth';
import type { SubscriberHealthRow } from '../../../../shared/webhooks/delivery/subscriberHealth';
import { encodeSlotHealth, toAccountHealth, type AccountHealth } from '../../../../shared/relay/accountHealth';
import { SLOT_COUNT, slotOf, type SlotLease } from '../../../../shared/relay/slots';
import { listOf } from '../../../support/memoryAccountTable';

const nowMs = Date.UTC(2026, 0, 15, 12);
const account = 'sip:reception@contoso.com';
const connected: AccountHealth = {
  account,
  state: 'connected',
  lastPollAtMs: nowMs - 12_000,
  tokenExpiresAtMs: nowMs + 3_600_000,
  modalities: ['Audio', 'PhoneAudio'],
};

const azure = (): Promise<AzureHealth> => Promise.resolve({ bus: [], tables: { problems: [] } });

const healthOf = (
  accounts: AccountHealth[],
  lease: Partial<SlotLease> = {},
  subscribers: readonly SubscriberHealth[] = [],
) =>
  readHealth({
    accounts: listOf(account),
    azure,
    nowMs,
    subscribers: () => Promise.resolve(subscribers),
    leases: {
      read: () =>
        Promise.resolve([
          { slot: 3, owner: 'p', expiresAtMs: nowMs + 5_000, health: encodeSlotHealth(accounts), ...lease },
        ]),
    },
  });

describe('health', () => {
  it('passes while every account is connected, and says how each is', async () => {
    expect(await healthOf([connected])).toEqual({
      status: 'pass',
      checks: {
        settings: [{ status: 'pass', componentType: 'component' }],
        tables: [{ status: 'pass', componentType: 'datastore' }],
        storage: [{ status: 'pass', componentType: 'datastore' }],
        accounts: [
          {
            status: 'pass',
            componentType: 'system',
            observedValue: 1,
            observedUnit: 'accounts',
            states: { connected: 1 },
          },
        ],
        [`account:${account}`]: [
          {
            status: 'pass',
            componentType: 'system',
            observedValue: 'connected',
            time: '2026-01-15T11:59:48.000Z',
            lastPollAgeSeconds: 12,
            tokenRemainingSeconds: 3600,
            modalities: ['Audio', 'PhoneAudio'],
          },
        ],
      },
    });
  });

  it('says what is wrong with an account to the end of the sentence', async () => {
    const lastError = `Skype for Business offers no sign-in that the relay can use; it offers ${'a grant, '.repeat(40)}and what to do.`;
    const session = { state: 'cannotSignIn', modalities: [], lastError } as unknown as Parameters<
      typeof toAccountHealth
    >[1];
    const { checks = {} } = await healthOf([toAccountHealth(account, session)]);
    expect(checks[`account:${account}`]).toMatchObject([{ output: lastError }]);
  });

  test.each([
    ['credentialsRejected', 'fail'],
    ['cannotSignIn', 'fail'],
    ['noInvitations', 'fail'],
    ['backingOff', 'warn'],
    ['replaced', 'warn'],
    ['signingIn', 'warn'],
  ])('an account that is %s makes it %s, with the last error in plain words', async (state, status) => {
    const health = await healthOf([{ ...connected, state, lastError: 'The password was rejected.' }]);
    expect(health.status).toBe(status);
    expect(health.checks?.[`account:${account}`]).toMatchObject([{ status, output: 'The password was rejected.' }]);
  });

  it('fails when no poller has held an account for long', async () => {
    expect(await healthOf([connected], { expiresAtMs: nowMs - 80_000 })).toMatchObject({
      status: 'fail',
      checks: { [`account:${account}`]: [{ output: expect.stringContaining('timer') }] },
    });
  });

  it('fails when an account has been disconnected for two minutes, and says since when', async () => {
    const off = { ...connected, state: 'backingOff', lastError: 'It refuses connections.' };
    expect((await healthOf([{ ...off, disconnectedSinceMs: nowMs - 119_000 }])).status).toBe('warn');
    const health = await healthOf([{ ...off, disconnectedSinceMs: nowMs - 120_000 }]);
    expect(health.checks?.[`account:${account}`]).toMatchObject([
      { status: 'fail', output: 'Not connected since 2026-01-15T11:58:00.000Z. It refuses connections.' },
    ]);
  });

  it('passes where something between cuts polls, and says after how long', async () => {
    const health = await healthOf([{ ...connected, cutAfterMs: 84_970 }]);
    expect(health.checks?.[`account:${account}`]).toMatchObject([
      { status: 'pass', output: 'Polls are cut after 85 s by something between; the relay polls again at once.' },
    ]);
  });

  it.each([
    ['was given back', { owner: '' }],
    ['has not been renewed twice', { expiresAtMs: nowMs + 2_000 }],
    ['has lapsed', { expiresAtMs: nowMs - 1 }],
    ['ends further in the future than a lease can last', { expiresAtMs: nowMs + 1_800_000 }],
  ])('does not pass while nobody is known to poll: the lease %s', async (_how, lease) => {
    expect((await healthOf([connected], lease)).status).toBe('warn');
  });

  it('warns while no poller has told of an account yet, or one of another version tells what cannot be read', async () => {
    expect((await healthOf([])).status).toBe('warn');
    expect((await healthOf([], { health: Buffer.from('{') })).status).toBe('warn');
  });

  it('fails when storage cannot be reached', async () => {
    const leases = {
      read: () => Promise.reject(new RelayError('storageUnavailable', 'The storage account did not answer.')),
    };
    expect(
      await readHealth({ accounts: listOf(account), azure, leases, subscribers: () => Promise.resolve([]), nowMs }),
    ).toMatchObject({ status: 'fail', checks: { storage: [{ output: 'The storage account did not answer.' }] } });
  });

  const failing: SubscriberHealthRow = {
    state: 'failing',
    failingSinceMs: nowMs,
    lastError: 'responded 500',
    lastErrorAtMs: nowMs,
    isReported: true,
  };

  test.each<[string, string, SubscriberHealthRow | undefined, Partial<SubscriberHealth['subscription']>, object]>([
    ['has never failed', 'pass', undefined, {}, { observedValue: 'active' }],
    ['failed once', 'pass', { ...failing, state: 'healthy' }, {}, { lastError: 'responded 500' }],
    [
      'only fails',
      'warn',
      failing,
      {},
      { output: 'Nothing has been delivered since 2026-01-15T12:00:00.000Z. Last error: responded 500.' },
    ],
    [
      'was disabled',
      'warn',
      failing,
      { state: 'disabled', stateReason: 'responded 410' },
      { observedValue: 'disabled', output: 'responded 410' },
    ],
    ['is paused', 'pass', undefined, { state: 'paused' }, { observedValue: 'paused' }],
    [
      'cannot be decrypted',
      'fail',
      undefined,
      { problem: 'RELAY_ENCRYPTION_KEY lacks the key' },
      { output: 'RELAY_ENCRYPTION_KEY lacks the key' },
    ],
  ])('shows a webhook that %s as %s, with its last error', async (_how, status, row, subscription, expected) => {
    const health = await healthOf([connected], {}, [
      { subscription: { id: 'sub_1', state: 'active', ...subscription }, health: row },
    ]);
    expect(health.status).toBe(status);
    expect(health.checks?.['webhook:sub_1']).toMatchObject([{ status, ...expected }]);
  });

  it('tells every problem with the settings, and answers 503', () => {
    const response = toHealthResponse(settingsHealth(['A: is required', 'B: must be a URL']));
    expect([response.status, JSON.parse(response.body as string)]).toMatchObject([
      503,
      { status: 'fail', checks: { settings: [{ output: 'A: is required' }, { output: 'B: must be a URL' }] } },
    ]);
  });
});

describe('health of more accounts in a slot than a heartbeat holds', () => {
  const slot = slotOf(account);
  /** Addresses that hardly compress, all in one slot. */
  const crowd = (count: number): string[] => {
    const found: string[] = [];
    for (let n = 0; found.length < count; n++) {
      const name = `sip:${createHash('sha256').update(String(n)).digest('hex')}@contoso.com`;
      if (slotOf(name) === slot) found.push(name);
    }
    return found;
  };
  /** The check of each, from a heartbeat that reports all of them. */
  const checksOf = (all: AccountHealth[]) => {
    const row = { slot, owner: 'p', expiresAtMs: nowMs + 5_000, health: encodeSlotHealth(all) };
    const heartbeat = toHeartbeat(row, nowMs);
    return (one: string) => toAccountCheck(one, heartbeat, nowMs);
  };
  const accounts = crowd(1_200);

  it('tells everything of two hundred, each with an error of its own', () => {
    const all = accounts.slice(0, 200).map((one, index) => ({
      ...connected,
      account: one,
      state: 'backingOff',
      lastError: `Error ${String(index)}. ${one.repeat(3)}`.slice(0, 160),
    }));
    const check = checksOf(all);
    for (const one of all)
      expect(check(one.account)).toMatchObject({
        observedValue: 'backingOff',
        output: one.lastError,
        modalities: one.modalities,
      });
  });

  it(
    'leaves out details of connected accounts, says of each of them that it is connected, and everything of ' +
      'those that are not',
    () => {
      const all = accounts.map((one, index) =>
        index % 100 === 99
          ? { ...connected, account: one, state: 'backingOff', lastError: 'down' }
          : { ...connected, account: one },
      );
      const check = checksOf(all);
      for (const one of all)
        expect(check(one.account)).toMatchObject({
          observedValue: one.state,
          status: one.state === 'connected' ? 'pass' : 'warn',
        });
      expect(check(accounts[99] ?? '').output).toBe('down');
      expect(check(accounts.at(-2) ?? '').output).toContain('heartbeat');
    },
  );

  it('says of no account that it is connected where not even the failing ones fit', () => {
    const all = accounts.map((one) => ({
      ...connected,
      account: one,
      state: 'backingOff',
      lastError: one.repeat(2).slice(0, 160),
    }));
    const check = checksOf(all);
    const states = all.map((one) => check(one.account)['observedValue']);
    expect(new Set(states)).toEqual(new Set(['backingOff', 'notReported']));
  });
});

describe('health of the accounts', () => {
  const listed = (sipUri: string, more = {}) => ({
    account: { sipUri },
    enabled: true,
    isAlsoInSetting: false,
    ...more,
  });

  it('is small with ten thousand: how many there are in each state, and the worst twenty', () => {
    const all = Array.from({ length: 10_000 }, (_, index) => `sip:user${index}@contoso.com`);
    const reportOf = (sipUri: string, index: number): AccountHealth => ({
      ...connected,
      account: sipUri,
      ...(index % 1_000 === 7 ? { state: 'credentialsRejected', lastError: 'The password is wrong.' } : {}),
      ...(index % 500 === 9 ? { state: 'backingOff', lastPollAtMs: nowMs - index } : {}),
    });
    const reports = all.map(reportOf);
    const rows = Array.from({ length: SLOT_COUNT }, (_, slot) => ({
      slot,
      owner: 'p',
      expiresAtMs: nowMs + 5_000,
      health: encodeSlotHealth(reports.filter((one) => slotOf(one.account) === slot)),
    }));
    const accounts = [...all.map((one) => listed(one)), listed('sip:off@contoso.com', { enabled: false })];
    const checks = toAccountsChecks(accounts, rows, nowMs);
    expect(checks.summary).toMatchObject({
      status: 'warn',
      observedValue: 10_001,
      states: { connected: 9_970, credentialsRejected: 10, backingOff: 20, disabled: 1 },
      output: '10 of 10000 accounts fail. The worst 20 are shown; GET /accounts shows all.',
    });
    const shown = Object.entries(checks.worst);
    expect(shown.map(([, [check]]) => check?.status)).toEqual([...Array(10).fill('fail'), ...Array(10).fill('warn')]);
    // Among equals the account that was polled longest ago comes first.
    expect(shown[10]?.[0]).toBe('account:sip:user9509@contoso.com');
    expect(JSON.stringify(checks).length).toBeLessThan(8_192);
  });

  it('says which accounts are in the table and in UCWA_ACCOUNTS, and that there are none at all', () => {
    const both = listed('sip:both@contoso.com', { isAlsoInSetting: true });
    expect(toAccountsChecks([both, listed('sip:one@contoso.com')], [], nowMs).summary).toMatchObject({
      status: 'warn',
      output: expect.stringMatching(/^1 of the accounts .*UCWA_ACCOUNTS: sip:both@contoso\.com\.$/),
    });
    expect(toAccountsChecks([], [], nowMs).summary).toMatchObject({
      status: 'warn',
      observedValue: 0,
      output: expect.stringContaining('PUT /accounts'),
    });
  });

  it.each([
    [1, 1, 'fail', 503],
    [20, 1, 'fail', 503],
    [21, 1, 'warn', 200],
    [21, 2, 'fail', 503],
    [100, 4, 'warn', 200],
    [100, 5, 'fail', 503],
    [100, 0, 'pass', 200],
  ])('of %d accounts with %d that fail is %s, and answers %d', async (count, failing, status, http) => {
    const all = Array.from({ length: count }, (_, index) => `sip:user${index}@contoso.com`);
    const reports = all.map((sipUri, index) => ({
      ...connected,
      account: sipUri,
      ...(index < failing && { state: 'credentialsRejected' as const, lastError: 'The password is wrong.' }),
    }));
    const rows = Array.from({ length: SLOT_COUNT }, (_, slot) => ({
      slot,
      owner: 'p',
      expiresAtMs: nowMs + 5_000,
      health: encodeSlotHealth(reports.filter((one) => slotOf(one.account) === slot)),
    }));
    const health = await readHealth({
      accounts: listOf(...all),
      azure,
      nowMs,
      subscribers: () => Promise.resolve([]),
      leases: { read: () => Promise.resolve(rows) },
    });
    expect([health.status, toHealthResponse(health).status]).toEqual([status, http]);
    // Each that fails is shown all the same.
    const shown = Object.entries(health.checks ?? {}).filter(([name]) => name.startsWith('account:'));
    expect(shown.filter(([, [check]]) => check?.status === 'fail')).toHaveLength(failing);
  });
});
