import { createServer, type AddressInfo, type Socket } from 'node:net';
import { systemClock } from '../../shared/clock';
import { createAccountStates } from '../../shared/storage/accountStates';
import { createAccountTable } from '../../shared/storage/accountTable';
import { createClaims } from '../../shared/storage/claims';
import { createConnectedCalls } from '../../shared/storage/connectedCalls';
import { createCommandAudit } from '../../shared/storage/commandAudit';
import { createSlotLeases } from '../../shared/storage/slotLeases';
import { createTables } from '../../shared/storage/tables';
import { silentLog } from '../../shared/telemetry/log';
import { startTestTables, type TestTables } from '../support/testTables';
import { describeAccountTable } from './accountTable';
import { describeClaims } from './claims';
import { describeSlotLeases } from './slotLeases';

let storage: TestTables;
beforeAll(async () => (storage = await startTestTables()));
afterAll(() => storage.close());

describeClaims('ClaimStore on tables', async () => {
  await storage.empty('claims');
  return createClaims(storage.tables);
});

describeSlotLeases('SlotLeaseStore on tables', async () => {
  await storage.empty('slotLeases');
  return createSlotLeases(storage.tables);
});

describeAccountTable('AccountTable on tables', async () => {
  await storage.empty('accounts');
  return createAccountTable(storage.tables, silentLog);
});

describe('account states on tables', () => {
  beforeEach(() => storage.empty('accountStates'));
  const account = 'sip:reception@contoso.com';
  const mine = { state: 'trying', fingerprint: 'a', atMs: 1_700_000_000_123 } as const;

  it('lets one of many processes at once try a password, until it is done', async () => {
    const processes = Array.from({ length: 10 }, () => createAccountStates(storage.tables, systemClock));
    const standing = await Promise.all(processes.map((states) => states.claim(account, mine)));
    expect(standing.filter((one) => one === undefined)).toHaveLength(1);
    expect(standing.find((one) => one !== undefined)).toEqual({ ...mine, etag: expect.any(String) });
    await processes[0]?.clear(account);
    expect(await processes[1]?.claim(account, mine)).toBeUndefined();
  });

  it('lets many accounts at once try theirs, but for one that has been rejected', async () => {
    const states = createAccountStates(storage.tables, systemClock);
    const accounts = Array.from({ length: 150 }, (_, index) => `sip:user${String(index)}@contoso.com`);
    await states.record('sip:User7@contoso.com', { fingerprint: 'b', atMs: 1_700_000_000_456 });
    const standing = await Promise.all(accounts.map((one) => states.claim(one, mine)));
    expect(standing.map((one) => one?.state)).toEqual(
      accounts.map((_one, index) => (index === 7 ? 'rejected' : undefined)),
    );
    expect(standing[7]).toMatchObject({ fingerprint: 'b', atMs: 1_700_000_000_456 });
    await Promise.all([...accounts, 'sip:nobody@contoso.com'].map((one) => states.clear(one)));
    expect(await Promise.all(accounts.map((one) => states.claim(one, mine)))).toEqual(accounts.map(() => undefined));
  });

  it('lets one of many take the place of what stood', async () => {
    const states = createAccountStates(storage.tables, systemClock);
    await states.record(account, { fingerprint: 'a', atMs: 1 });
    const standing = await states.claim(account, mine);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => states.replace(account, mine, standing?.etag ?? '')),
    );
    expect(outcomes.filter((won) => won)).toHaveLength(1);
    expect(await states.claim(account, mine)).toMatchObject(mine);
    await states.clear(account);
    expect(await states.replace(account, mine, standing?.etag ?? '')).toBe(false);
  });
});

describe('command audit on tables', () => {
  const settlement = {
    invitationId: 'i',
    account: 'sip:a@contoso.com',
    command: 'decline',
    caller: 'key:a',
    authentication: 'key',
    result: 'sent',
    status: 202,
  } as const;
  const noonMs = Date.UTC(2026, 0, 15, 12);

  it('lists every command, the newest first, page by page, by caller and time', async () => {
    await storage.empty('commandAudit');
    const audit = createCommandAudit(storage.tables);
    const entries = [0, 1, 59_999, 60_000, 86_400_000].map((laterMs, index) => ({
      ...settlement,
      id: `x${index}`,
      atMs: noonMs + laterMs,
      caller: index % 2 === 0 ? 'key:a' : "o'brien",
    }));
    for (const entry of entries) await audit.record(entry);
    const start = { id: 'x9', atMs: noonMs - 1, command: 'start', to: 'tel:+14255550100' } as const;
    await audit.record({ ...start, caller: 'key:a', authentication: 'key', result: 'emergencyNumber', status: 422 });
    const first = await audit.list({ limit: 4 });
    expect(first.commands).toEqual(entries.toReversed().slice(0, 4));
    const second = await audit.list({ limit: 4, cursor: first.cursor ?? '' });
    expect(second.commands.map(({ id }) => id)).toEqual(['x0', 'x9']);
    expect(second.cursor).toBeUndefined();
    const idsOf = async (query: Omit<Parameters<typeof audit.list>[0], 'limit'>): Promise<string[]> =>
      (await audit.list({ limit: 9, ...query })).commands.map(({ id }) => id);
    expect(await idsOf({ caller: "o'brien" })).toEqual(['x3', 'x1']);
    expect(await idsOf({ sinceMs: noonMs + 1, untilMs: noonMs + 60_000 })).toEqual(['x2', 'x1']);
    expect(
      await idsOf({ sinceMs: Date.parse('0001-01-01T00:00:00Z'), untilMs: Date.parse('9999-12-31T00:00:00Z') }),
    ).toHaveLength(6);
    await expect(audit.list({ limit: 4, cursor: 'eA' })).rejects.toMatchObject({ code: 'requestInvalid' });
  });
});

/** Does it with jest's clock for the SDK's patience, a second of it for every few turns of the event loop. */
async function inShort(work: () => Promise<void>): Promise<void> {
  jest.useFakeTimers({
    doNotFake: [
      'nextTick',
      'setImmediate',
      'clearImmediate',
      'queueMicrotask',
      'Date',
      'performance',
      'hrtime',
      'setInterval',
      'clearInterval',
    ],
  });
  try {
    const watched = { ended: false };
    const done = work().finally(() => (watched.ended = true));
    for (let secondsLeft = 30; !watched.ended && secondsLeft > 0; secondsLeft -= 1) {
      for (let cycle = 0; cycle < 25; cycle += 1) await new Promise((resolve) => setImmediate(resolve));
      await jest.advanceTimersByTimeAsync(1_000);
    }
    await done;
  } finally {
    jest.useRealTimers();
  }
}

describe('storage that cannot be reached', () => {
  it('is given up within seconds when it takes connections and says nothing', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const noIdentity = () => {
      throw new Error('No identity is needed.');
    };
    try {
      const tables = createTables(
        {
          connectionString: `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=aw==;TableEndpoint=http://127.0.0.1:${port}/a`,
        },
        noIdentity,
      );
      await inShort(() => expect(tables.client('claims')).rejects.toMatchObject({ code: 'storageUnavailable' }));
      expect(sockets.length).toBeGreaterThan(0);
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('is storageUnavailable', async () => {
    const other = await startTestTables();
    await other.close();
    // The SDK never clears the time-out of a request that could not be sent: on the machine's clock it would outlive the test.
    await inShort(() =>
      expect(createClaims(other.tables).read('i', 'answer')).rejects.toMatchObject({
        code: 'storageUnavailable',
        retryable: true,
      }),
    );
  });
});

describe('connected calls on tables', () => {
  beforeEach(() => storage.empty('connectedCalls'));
  const account = 'sip:reception@contoso.com';
  const conversation = '/ucwa/oauth/v1/applications/102/communication/conversations/b65b47e0';
  const call = {
    invitationId: 'i',
    kind: 'phoneAudio',
    applicationId: '102',
    ack: '7',
    connectedAtMs: 1_700_000_000_123,
  } as const;

  it('keeps the first that is told of a conversation, over processes, until it is removed', async () => {
    const [one, other] = [createConnectedCalls(storage.tables), createConnectedCalls(storage.tables)];
    expect(await one.insert(account, conversation, call)).toEqual(call);
    expect(await other.insert(account, conversation, { ...call, ack: '8', notBeforeMs: 1 })).toEqual(call);
    expect(await other.read('SIP:Reception@contoso.com', conversation)).toEqual(call);
    expect(await other.read(account, `${conversation}1`)).toBeUndefined();
    await other.remove(account, conversation);
    await other.remove(account, conversation);
    expect(await one.read(account, conversation)).toBeUndefined();
  });
});
