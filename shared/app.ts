// Over 200 lines: everything is wired here and nowhere else, so that every other file can be handed what it needs.
import { randomUUID } from 'node:crypto';
import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import { lookup } from 'node:dns/promises';
import { createAccountRegistry, type AccountRegistry } from './accounts/accountRegistry';
import { createManageAccounts } from './accounts/manageAccounts';
import { systemClock, type Clock } from './clock';
import { parseConfig, type ConfigResult } from './config/parseConfig';
import type { Settings } from './config/settings';
import { RelayError } from './errors/relayError';
import { checkAccount } from './doctor/checkAccount';
import type { AccountEndpointPorts } from './http/accounts/accountEndpoints';
import { encodeCapability } from './http/identity/capability';
import type { CommandEndpointPorts } from './http/commands/commandEndpoint';
import type { ListCommandsPorts } from './http/commands/listCommandsEndpoint';
import type { ContextEndpointPorts } from './http/commands/contextEndpoint';
import type { ConfirmEndpointPorts } from './http/confirmEndpoint';
import type { HealthEndpointPorts } from './http/health/healthEndpoint';
import type { InvitationEndpointPorts } from './http/invitationEndpoints';
import type { PeopleEndpointPorts } from './http/peopleEndpoint';
import { AZURE_HEALTH_MS, type AzureHealth } from './http/health/azureHealth';
import type { AuthenticationPorts } from './http/identity/authenticate';
import { keepFor } from './http/keepFor';
import { createRateLimit } from './http/rateLimit';
import type { ConsoleSessionPorts } from './http/console/consoleSession';
import { withAccountChanges } from './http/stream/accountChanges';
import { createLiveFeed } from './http/stream/liveFeed';
import type { StreamEndpointPorts } from './http/stream/streamEndpoint';
import type { SubscriptionEndpointPorts } from './http/subscriptionEndpoints';
import type { TimelineEndpointPorts } from './http/timelineEndpoint';
import { credentialFor, environmentIdentity, managedIdentity } from './identity';
import type { CallViews } from './invitations/record/callViews';
import { decodeInvitationId, encodeInvitationId } from './invitations/invitationId';
import type { CommandPorts } from './invitations/commands/runCommand';
import { createIsStoppedByRelay } from './invitations/commands/stoppedByRelay';
import { withoutLargestParts } from './invitations/normalise/withoutLargestParts';
import { createBusConnection } from './messaging/busConnection';
import { busEntities } from './messaging/busEntities';
import { createCommandQueue } from './messaging/commandQueue';
import { createEventPublisher } from './messaging/eventPublisher';
import { openServiceBus } from './messaging/openServiceBus';
import { probeBus } from './messaging/probeBus';
import type { QueuedCommandPorts } from './messaging/queuedCommand';
import type { PolledAccount } from './relay/accountSource';
import { pollSlots, type PollPorts, type PollRun } from './relay/pollSlots';
import { FALLBACK_RENEWAL_MS, newOwner, SLOT_COUNT, slotsOfShard } from './relay/slots';
import { createAccountStates } from './storage/accountStates';
import { createAccountAudit } from './storage/accountAudit';
import { createAccountTable } from './storage/accountTable';
import { createCallRecords } from './storage/calls/createCallRecords';
import { createCallViews } from './storage/calls/createCallViews';
import { createFeed } from './storage/calls/createFeed';
import { removeOldCalls } from './storage/calls/removeOldCalls';
import { removeOldDeliveries } from './storage/calls/removeOldDeliveries';
import { createClaims } from './storage/claims';
import { createConnectedCalls } from './storage/connectedCalls';
import { createStartedCalls } from './storage/startedCalls';
import { createCommandAudit } from './storage/commandAudit';
import { erasePerson } from './storage/erasure/erasePerson';
import { mentions } from './storage/erasure/mentions';
import { createRateSlots } from './storage/rateSlots';
import { createRawBlobs } from './storage/rawBlobs';
import { createSlotLeases } from './storage/slotLeases';
import { createSubscriberHealthStore } from './storage/subscriberHealthStore';
import { createSubscriptionStore } from './storage/subscriptionStore';
import { removeOlderRecords } from './storage/retention';
import { probeTables } from './storage/probeTables';
import { createTables, type Tables } from './storage/tables';
import { createSecretCipher } from './secretCipher';
import { createLog } from './telemetry/log';
import type { Telemetry } from './telemetry/startTelemetry';
import { parseTelemetryTargets } from './telemetry/telemetryTargets';
import { activeTraceId } from './telemetry/trace';
import { createWriteLine, wantsDebug } from './telemetry/writeLine';
import { createUcwaSession } from './ucwa/createSession';
import { createUcwaHttp } from './ucwa/http';
import { createMemoryBudget } from './ucwa/channel/memoryBudget';
import { createStallMonitor } from './ucwa/channel/stallMonitor';
import { createRefusingSession } from './ucwa/refusingSession';
import type { UcwaSession } from './ucwa/session';
import { createWebhooks, type Webhooks, type WebhooksPorts } from './webhooks/createWebhooks';
import { createServiceBusRetryQueue } from './messaging/webhookRetryQueue';
import type { ConfirmUrl } from './webhooks/formats/teamsCard';

/** Everything the functions use, wired once. Each function takes the few fields it needs. */
export interface App
  extends
    CommandEndpointPorts,
    ConfirmEndpointPorts,
    ContextEndpointPorts,
    HealthEndpointPorts,
    InvitationEndpointPorts,
    AccountEndpointPorts,
    PeopleEndpointPorts,
    QueuedCommandPorts,
    ConsoleSessionPorts,
    StreamEndpointPorts,
    SubscriptionEndpointPorts,
    ListCommandsPorts,
    TimelineEndpointPorts {
  readonly settings: Settings;
  readonly invitations: CallViews;
  readonly webhooks: Webhooks;
  /** One run of a shard's timer. */
  readonly poll: (shard: number) => Promise<void>;
  /** Polls, until the app is closed, the slots that no run holds. */
  readonly pollAsFallback: () => Promise<void>;
  /** Removes what is older than `RETENTION_DAYS`. */
  removeExpiredRecords(): Promise<void>;
  /** Ends the runs within 5 seconds, then closes what was opened. */
  close(): Promise<void>;
  /** Answers the requests that are held for pages. */
  endHeldRequests(): void;
  /** Gives the slots back and ends the polling, within 3 seconds. */
  stopPolling(): Promise<void>;
}

const log = createLog(createWriteLine(console, wantsDebug(process.env)), activeTraceId);

/** Settings that somebody may still have and that do nothing. */
const unusedSettings = ['POLL_STANDBY'];

let parsed: ConfigResult | undefined;
let built: App | undefined;
let telemetry: Telemetry | undefined;
let closing: Promise<void> | undefined;

/** The settings of this process or every problem with them; never throws. The only place that reads the environment. */
export function config(): ConfigResult {
  parsed ??= parseConfig(process.env);
  return parsed;
}

/** The app, built at first use. Errors: `settingsInvalid` with every problem by setting name. */
export function getApp(): App {
  if (built !== undefined) return built;
  const result = config();
  if (!result.ok) {
    throw new RelayError('settingsInvalid', `The relay's settings are not valid. ${result.problems.join('; ')}.`, {
      extensions: { problems: result.problems },
    });
  }
  built = createApp(result.settings);
  return built;
}

/**
 * For the platform's start hook, which comes before the first invocation: traces and metrics, where the environment says
 * whereto, and the fallback, which polls in any process of the app what no timer's run does. Never rejects: a relay that
 * cannot be watched still relays.
 */
export async function startProcess(): Promise<void> {
  const targets = parseTelemetryTargets(process.env);
  if (targets !== undefined) {
    try {
      const { startTelemetry } = await import('./telemetry/startTelemetry');
      telemetry = startTelemetry(targets, { credential: managedIdentity, clock: systemClock, log });
    } catch (error) {
      log.error('telemetryNotStarted', { error: String(error) });
    }
  }
  // Where a container ends, the worker gets the signal and no hook is run.
  process.once('SIGTERM', () => void closeApp().then(() => process.exit(0)));
  try {
    if (config().ok) startFallback(getApp());
  } catch (error) {
    log.error('fallbackFailed', { error: String(error) });
  }
  for (const name of unusedSettings)
    if ((process.env[name] ?? '') !== '')
      log.warn('settingUnused', { setting: name, message: `Remove ${name}: POLL_FALLBACK replaces it.` });
}

function startFallback({ settings, pollAsFallback }: App): void {
  if (!settings.pollFallback) return;
  pollAsFallback().catch((error: unknown) => log.error('fallbackFailed', { error: String(error) }));
}

/** How long the platform waits for a process to end. */
const CLOSE_WITHIN_MS = 5_000;

/**
 * Closes the app if it was ever built: the slots are given back first, then the polls end, then connections are closed and
 * telemetry is sent. Within 5 seconds; a second call waits for the first. For the platform's terminate hook and SIGTERM.
 */
export function closeApp(): Promise<void> {
  closing ??= Promise.race([closeInOrder(), systemClock.sleep(CLOSE_WITHIN_MS)]);
  return closing;
}

async function closeInOrder(): Promise<void> {
  built?.endHeldRequests();
  await built?.stopPolling();
  await Promise.all([built?.close(), telemetry?.stop()]);
}

export interface PollTimer {
  readonly name: string;
  readonly schedule: string;
  readonly run: () => Promise<void>;
}

/** A timer for each shard. With settings that are not valid there is one shard: its run says what is wrong. */
export function pollTimers(): readonly PollTimer[] {
  const result = config();
  // A setting that is not there, or is no schedule, would keep the platform from indexing the timer.
  const schedule = !result.ok || (process.env.POLL_SCHEDULE ?? '') === '' ? '0 * * * * *' : '%POLL_SCHEDULE%';
  return Array.from({ length: result.ok ? result.settings.pollShardCount : 1 }, (_, shard) => ({
    name: `pollEventChannel${String(shard)}`,
    schedule,
    run: () => getApp().poll(shard),
  }));
}

function createApp(settings: Settings): App {
  const clock = systemClock;
  const connections = openConnections(settings, clock);
  const { tables, bus, publisher } = connections;
  const leases = createSlotLeases(tables);
  const sessions = createSessions(settings, tables, clock);
  const { accounts, manageAccounts } = wireAccounts(settings, tables, clock);
  const calls = {
    connected: createConnectedCalls(tables),
    started: createStartedCalls(tables),
    isStoppedByRelay: createIsStoppedByRelay(createClaims(tables), clock),
  };
  const polling = createPolling(settings, { publisher, leases, calls, accounts, session: sessions.of, clock });
  const views = createCallViews(tables, clock);
  const audit = createCommandAudit(tables);
  const health = createSubscriberHealthStore(tables);
  const feed = withAccountChanges(createFeed(tables), { leases, clock });
  const liveFeed = createLiveFeed({ feed, processName: randomUUID().slice(0, 8), clock, log });
  const store = createSubscriptionStore({ tables, clock, log });
  const webhooks = wireWebhooks(settings, connections, { store, views, health, accounts: sipUrisOf(accounts), clock });
  return {
    settings,
    accounts,
    manageAccounts,
    checkAccount: sessions.check,
    leases,
    clock,
    log,
    authentication: wireAuthentication(settings, clock),
    random: Math.random,
    invitations: views,
    commandList: audit,
    liveFeed,
    consoleCipher: settings.encryptionKey === undefined ? undefined : createSecretCipher(settings.encryptionKey),
    localControl: process.env.RELAY_LOCAL_CONTROL,
    records: createCallRecords(tables),
    noteContext: () => store.noteContext(),
    commandQueue: createCommandQueue(bus),
    webhooks,
    subscriberHealth: health,
    azureHealth: keepFor(AZURE_HEALTH_MS, () => performance.now(), probeAzure(connections, clock)),
    limit: createRateLimit(() => performance.now(), { burst: 100, perSecond: 50 }),
    // A person opens a link and presses its button; each press of it is an event on the topic.
    limitLink: createRateLimit(() => performance.now(), { burst: 10, perSecond: 0.5 }),
    commands: wireCommands(settings, connections, { gateway: sessionOf(accounts, sessions.of), views, audit, clock }),
    poll: polling.poll,
    pollAsFallback: polling.pollAsFallback,
    erasePerson: async (uri) =>
      (await erasePerson(tables, uri)) + (await connections.rawBlobs.removeMatching((text) => mentions(text, uri))),
    removeExpiredRecords: () => removeExpiredRecords(settings, connections, clock),
    stopPolling: () => polling.stop(),
    endHeldRequests: () => liveFeed.close(),
    async close() {
      await polling.stop();
      await Promise.all([publisher.close(), bus.close()]);
      webhooks.close();
      sessions.close();
    },
  };
}

/** The clients of Azure that the parts of the app share. Each connects when it is first used. */
function openConnections({ storage, serviceBus }: Settings, clock: Clock) {
  const openBus = () => openServiceBus(serviceBus, () => credentialFor(serviceBus));
  const rawBlobs = createRawBlobs(storage, () => credentialFor(storage), clock);
  return {
    tables: createTables(storage, () => credentialFor(storage)),
    openBus,
    bus: createBusConnection(openBus, clock),
    rawBlobs,
    publisher: createEventPublisher({ openClient: openBus, rawBlobs, shrink: withoutLargestParts, clock, log }),
  };
}
type Connections = ReturnType<typeof openConnections>;

type SessionOf = (known: PolledAccount) => UcwaSession;

/** A check over HTTP is shown when it has ended. */
const checkPorts = {
  resolve: async (host: string) => (await lookup(host, { all: true })).map(({ address }) => address),
  onStep: () => undefined,
  onProgress: () => undefined,
  dialledAtMs: () => undefined,
};

/** Over HTTP there is no time for a whole poll. */
const CHECK_HOLDS_POLL_SECONDS = 20;

/** The sessions with UCWA of this process. */
interface Sessions {
  readonly of: SessionOf;
  readonly check: AccountEndpointPorts['checkAccount'];
  close(): void;
}

/** The session with UCWA of each account, made when it is first asked for. All share one HTTP client and its budget of memory. */
function createSessions(settings: Settings, tables: Tables, clock: Clock): Sessions {
  const stalls = createStallMonitor(clock);
  const http = createUcwaHttp({ caCertificate: settings.caCertificate, clock });
  const common = {
    allowedHosts: settings.allowedHosts,
    http,
    clock,
    random: Math.random,
    log,
    rejectedCredentials: createAccountStates(tables, clock),
    signingKey: settings.signingKey,
    budget: createMemoryBudget(clock),
    stalls,
    kinds: settings.kinds,
    bearerToken: (process.env.AZURE_CLIENT_ID ?? '') === '' ? undefined : environmentIdentity(),
  };
  // By object: an account that was changed is another, and what was gone with it is forgotten.
  const sessions = new WeakMap<PolledAccount, UcwaSession>();
  return {
    of: (known) => {
      const { account, problem } = known;
      const session =
        sessions.get(known) ??
        (problem === undefined ? createUcwaSession({ ...common, account }) : createRefusingSession(account, problem));
      sessions.set(known, session);
      return session;
    },
    check: async ({ account }, signal) => [
      ...(await checkAccount(
        { account, ...settings },
        { ...checkPorts, ...common },
        { holdPollSeconds: CHECK_HOLDS_POLL_SECONDS },
        signal,
      )),
    ],
    close() {
      stalls.close();
      http.close();
    },
  };
}

/** The runs of this process that poll: one for each shard's timer, and the fallback. `stop` resolves when all have ended. */
function createPolling(
  settings: Settings,
  ports: Pick<PollPorts, 'publisher' | 'leases' | 'calls' | 'accounts' | 'session' | 'clock'>,
): Pick<App, 'poll' | 'pollAsFallback'> & { stop(): Promise<void> } {
  const relay: Omit<PollPorts, 'owner'> = {
    ...ports,
    invitationIdOf: (reference) => encodeInvitationId(reference, settings.signingKey),
    referenceOf: (id) => decodeInvitationId(id, settings.signingKey),
    kinds: settings.kinds,
    includeSdp: settings.includeSdp,
    contactDetails: settings.contactDetails,
    random: Math.random,
    log,
    signInsPerSecond: settings.signInsPerSecond,
  };
  const terminating = new AbortController();
  const runs = new Set<Promise<void>>();
  const start = async (kind: 'run' | 'fallback', run: PollRun): Promise<void> => {
    const polling = pollSlots(run, { ...relay, owner: newOwner(kind, randomUUID()) }, terminating.signal);
    runs.add(polling);
    await polling.finally(() => runs.delete(polling));
  };
  return {
    poll: (shard) =>
      start('run', {
        slots: slotsOfShard(shard, settings.pollShardCount),
        runMs: settings.pollRunSeconds * 1000,
      }),
    async pollAsFallback() {
      // A new process leaves the slots to its timers first.
      await ports.clock.sleep(FALLBACK_RENEWAL_MS, terminating.signal);
      await start('fallback', { slots: Array.from({ length: SLOT_COUNT }, (_, slot) => slot) });
    },
    async stop() {
      terminating.abort();
      await Promise.allSettled(runs);
    },
  };
}

/** The accounts of the setting and of the table. */
function wireAccounts(settings: Settings, tables: Tables, clock: Clock): Pick<App, 'accounts' | 'manageAccounts'> {
  const table = createAccountTable(tables, log);
  const cipher = createSecretCipher(settings.encryptionKey);
  const { accounts: setting, discoveryUrl } = settings;
  return {
    accounts: createAccountRegistry({ table, setting, discoveryUrl, cipher, clock, log }),
    manageAccounts: createManageAccounts({
      table,
      cipher,
      audit: createAccountAudit(tables),
      newId: randomUUID,
      clock,
      log,
    }),
  };
}

function sipUrisOf(accounts: AccountRegistry): () => Promise<readonly string[]> {
  return async () => (await accounts.list()).map(({ account }) => account.sipUri);
}

/** The session of the account with that key; none of one that is disabled. */
function sessionOf(accounts: AccountRegistry, session: SessionOf): CommandPorts['gateway'] {
  return async (key) => {
    const known = await accounts.find(key);
    return known?.enabled === true ? session(known) : undefined;
  };
}

function wireWebhooks(
  settings: Settings,
  { tables, bus, publisher }: Connections,
  ports: Pick<WebhooksPorts, 'store' | 'health' | 'accounts' | 'clock'> & { readonly views: CallViews },
): Webhooks {
  const { clock } = ports;
  return createWebhooks({
    ...ports,
    records: createCallRecords(tables),
    rateSlots: createRateSlots({ tables, clock, random: Math.random }),
    queue: createServiceBusRetryQueue(bus.sender(busEntities.retries)),
    publisher,
    encryptionKey: settings.encryptionKey,
    allowedCidrs: settings.webhookAllowedCidrs,
    caCertificate: settings.webhookCaCertificate,
    requestOrigin: settings.publicUrl === undefined ? 'ucwa-relay' : new URL(settings.publicUrl).host,
    confirmUrl: confirmLinks(settings),
    random: Math.random,
    log,
  });
}

function wireCommands(
  { signingKey }: Settings,
  { tables, publisher }: Connections,
  { views, ...ports }: Pick<CommandPorts, 'gateway' | 'audit' | 'clock'> & { readonly views: CallViews },
): CommandPorts {
  return {
    ...ports,
    signingKey,
    claims: createClaims(tables),
    started: createStartedCalls(tables),
    calls: views,
    events: publisher,
    newId: randomUUID,
    log,
  };
}

function wireAuthentication({ entra }: Settings, clock: Clock): AuthenticationPorts {
  let tenantKeys: JWTVerifyGetKey | undefined;
  return {
    entra,
    signInByPlatform: process.env.WEBSITE_AUTH_ENABLED?.toLowerCase() === 'true',
    tenantKeys: () =>
      (tenantKeys ??= createRemoteJWKSet(
        new URL(`https://login.microsoftonline.com/${entra?.tenantId ?? 'common'}/discovery/v2.0/keys`),
      )),
    clock,
  };
}

function probeAzure({ openBus, tables }: Connections, clock: Clock): () => Promise<AzureHealth> {
  return async () => {
    const [busProbes, tableProbe] = await Promise.all([probeBus(openBus, clock), probeTables(tables, clock)]);
    return { bus: busProbes, tables: tableProbe };
  };
}

async function removeExpiredRecords(
  { retentionDays }: Settings,
  { tables, rawBlobs }: Connections,
  clock: Clock,
): Promise<void> {
  const beforeMs = clock.now() - retentionDays * 86_400_000;
  const rows =
    (await removeOldCalls(tables, beforeMs)) +
    (await removeOldDeliveries(tables, beforeMs)) +
    (await removeOlderRecords(tables, beforeMs));
  const blobs = await rawBlobs.removeOlder(beforeMs);
  log.info('expiredRecordsRemoved', { rows, blobs, retentionDays });
}

/** A call that was missed is called back the same day. */
const CALL_BACK_MS = 86_400_000;

/** Links of cards to the confirm page; none without a public address. They last as long as the call rings; to call back, a day. */
function confirmLinks({ publicUrl, signingKey }: Settings): ConfirmUrl {
  return (event, purpose) => {
    if (publicUrl === undefined) return undefined;
    const expiresAtMs = purpose === 'callBack' ? event.timeMs + CALL_BACK_MS : event.expiryTimeMs;
    const capability = { purpose, subject: event.subject, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) };
    return `${publicUrl}/api/confirm/${encodeCapability(capability, signingKey)}`;
  };
}
