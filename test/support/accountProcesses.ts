import type { AccountAuditEntry } from '../../shared/accounts/accountAudit';
import { createAccountRegistry, type AccountRegistry } from '../../shared/accounts/accountRegistry';
import { createManageAccounts, type ManageAccounts } from '../../shared/accounts/manageAccounts';
import type { AccountSettings } from '../../shared/config/settings';
import type { InvitationEvent } from '../../shared/invitations/events/relayEvent';
import { decodeInvitationId, encodeInvitationId } from '../../shared/invitations/invitationId';
import type { PolledAccount } from '../../shared/relay/accountSource';
import { pollSlots, type PollPorts } from '../../shared/relay/pollSlots';
import { newOwner, slotsOfShard, type SlotLeaseStore } from '../../shared/relay/slots';
import { createSecretCipher } from '../../shared/secretCipher';
import { createMemoryBudget } from '../../shared/ucwa/channel/memoryBudget';
import { createUcwaSession } from '../../shared/ucwa/createSession';
import { createUcwaHttp, type UcwaHttp } from '../../shared/ucwa/http';
import { createRefusingSession } from '../../shared/ucwa/refusingSession';
import type { RejectedCredentials } from '../../shared/ucwa/signIn/rejectedCredentials';
import type { UcwaSession } from '../../shared/ucwa/session';
import type { FakeClock } from './fakeClock';
import { createMemoryAccountTable } from './memoryAccountTable';
import { createMemoryCalls } from './memoryCalls';
import { createMemorySlotLeases } from './memorySlotLeases';
import { createRecordingLog, type RecordingLog } from './recordingLog';
import { startTestUcwa, type TestUcwa } from './ucwaSimulator';
import { memoryRejectedCredentials } from './ucwaSession';

const signingKey = 'a signing key for tests, long enough';
const caller = { name: 'key:0123456789ab', authentication: 'key' } as const;

/** A key of 32 bytes for `RELAY_ENCRYPTION_KEY`, always the same for the same letter. */
export const keyOf = (letter: string): string => Buffer.alloc(32, letter).toString('base64');

/** One process of the app: its own registry and sessions, over storage that all share. */
export interface AccountProcess {
  readonly accounts: AccountRegistry;
  readonly log: RecordingLog;
  stop(): Promise<void>;
}

export interface ProcessOptions {
  readonly shard?: number;
  readonly shardCount?: number;
  readonly setting?: readonly AccountSettings[];
  readonly encryptionKey?: string;
  /** Whether the process's fallback polls first, and a timer's run comes five seconds later. */
  readonly fallbackFirst?: boolean;
}

/** Storage, a pool, and the API's use case, which is in a process of its own. */
export interface AccountWorld {
  readonly ucwa: TestUcwa;
  readonly leases: SlotLeaseStore;
  readonly table: ReturnType<typeof createMemoryAccountTable>;
  readonly audit: readonly AccountAuditEntry[];
  readonly published: readonly { readonly atMs: number; readonly event: InvitationEvent }[];
  readonly rejected: ReturnType<typeof memoryRejectedCredentials>;
  /** Reads of the table of accounts so far. */
  reads(): number;
  /** As the API does it. */
  readonly manage: ManageAccounts;
  put(sipUri: string, password: string, more?: Readonly<Record<string, unknown>>): Promise<unknown>;
  change(sipUri: string, body: Readonly<Record<string, unknown>>): Promise<unknown>;
  remove(sipUri: string): Promise<void>;
  start(options?: ProcessOptions): AccountProcess;
  close(): Promise<void>;
}

export async function startAccountWorld(clock: FakeClock): Promise<AccountWorld> {
  const ucwa = await startTestUcwa({ clock });
  const http = createUcwaHttp({ clock });
  const leases = createMemorySlotLeases();
  const table = createMemoryAccountTable();
  const audit: AccountAuditEntry[] = [];
  const published: { atMs: number; event: InvitationEvent }[] = [];
  const rejected = memoryRejectedCredentials();
  let reads = 0;
  const counted = {
    versions: () => ((reads += 1), table.versions()),
    readSlot: (slot: number) => ((reads += 1), table.readSlot(slot)),
  };
  const apiLog = createRecordingLog();
  const logs = [apiLog];
  const manage = createManageAccounts({
    table,
    cipher: createSecretCipher(keyOf('a')),
    audit: { record: (entry) => Promise.resolve(void audit.push(entry)) },
    newId: () => String(audit.length),
    clock,
    log: apiLog,
  });
  const stops: (() => Promise<void>)[] = [];
  const start = (options: ProcessOptions = {}) => {
    const { shard = 0, shardCount = 1, setting = [], encryptionKey = keyOf('a'), fallbackFirst = false } = options;
    const log = createRecordingLog();
    logs.push(log);
    const accounts = createAccountRegistry({
      table: counted,
      setting,
      discoveryUrl: ucwa.url,
      cipher: createSecretCipher(encryptionKey),
      clock,
      log,
    });
    const stop = new AbortController();
    const ports = portsOf({ clock, http, log, rejected, leases, published, accounts });
    const poll = (kind: 'run' | 'fallback'): Promise<void> =>
      pollSlots(
        { slots: slotsOfShard(shard, shardCount) },
        { ...ports, owner: newOwner(kind, `process ${logs.length}`) },
        stop.signal,
      );
    const ended: Promise<unknown> = fallbackFirst
      ? Promise.all([poll('fallback'), clock.sleep(5_000, stop.signal).then(() => poll('run'))])
      : poll('run');
    const one: AccountProcess = {
      accounts,
      log,
      async stop() {
        stop.abort();
        await clock.advanceUntil(ended);
      },
    };
    stops.push(() => one.stop());
    return one;
  };
  return {
    ucwa,
    leases,
    table,
    audit,
    published,
    rejected,
    reads: () => reads,
    manage,
    put: (sipUri, password, more = {}) =>
      manage.put(sipUri, { username: sipUri.slice('sip:'.length), password, reportActivity: false, ...more }, caller),
    change: (sipUri, body) => manage.change(sipUri, body, caller),
    remove: (sipUri) => manage.remove(sipUri, caller),
    start,
    async close() {
      for (const stop of stops) await stop();
      http.close();
      await ucwa.close();
    },
  };
}

interface Shared extends Pick<PollPorts, 'clock' | 'log' | 'leases' | 'accounts'> {
  readonly http: UcwaHttp;
  readonly rejected: RejectedCredentials;
  readonly published: { atMs: number; event: InvitationEvent }[];
}

/** What a poller of this process is given. */
function portsOf({ clock, http, log, rejected, leases, published, accounts }: Shared): Omit<PollPorts, 'owner'> {
  const toSession = ({ account, problem }: PolledAccount): UcwaSession =>
    problem === undefined
      ? createUcwaSession({
          account,
          allowedHosts: [],
          http,
          clock,
          random: () => 0.5,
          log,
          rejectedCredentials: rejected,
          signingKey,
          budget: createMemoryBudget(clock),
          stalls: { stalledMs: () => 0 },
          kinds: ['audioVideo'],
        })
      : createRefusingSession(account, problem);
  return {
    accounts,
    session: sessionsOf(toSession),
    leases,
    calls: createMemoryCalls(),
    signInsPerSecond: 20,
    publisher: {
      publish: (events) => {
        for (const event of events)
          if (event.type.includes('Invitation.'))
            published.push({ atMs: clock.now(), event: event as InvitationEvent });
        return Promise.resolve();
      },
      sendUnreadable: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    invitationIdOf: (reference) => encodeInvitationId(reference, signingKey),
    referenceOf: (id) => decodeInvitationId(id, signingKey),
    kinds: ['audioVideo'],
    includeSdp: false,
    contactDetails: false,
    clock,
    random: () => 0.5,
    log,
  };
}

/** As the app does: one session for each account object. */
function sessionsOf(make: (polled: PolledAccount) => UcwaSession): (polled: PolledAccount) => UcwaSession {
  const sessions = new WeakMap<PolledAccount, UcwaSession>();
  return (polled) => {
    const session = sessions.get(polled) ?? make(polled);
    sessions.set(polled, session);
    return session;
  };
}
