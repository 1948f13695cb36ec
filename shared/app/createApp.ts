import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock';
import type { Settings } from '../config/settings';
import type { AccountEndpointPorts } from '../http/accounts/accountEndpoints';
import type { CommandEndpointPorts } from '../http/commands/commandEndpoint';
import type { ContextEndpointPorts } from '../http/commands/contextEndpoint';
import type { ListCommandsPorts } from '../http/commands/listCommandsEndpoint';
import type { ConfirmEndpointPorts } from '../http/confirmEndpoint';
import type { ConsoleSessionPorts } from '../http/console/consoleSession';
import { AZURE_HEALTH_MS, type AzureHealth } from '../http/health/azureHealth';
import type { HealthEndpointPorts } from '../http/health/healthEndpoint';
import type { InvitationEndpointPorts } from '../http/invitationEndpoints';
import { keepFor } from '../http/keepFor';
import type { PeopleEndpointPorts } from '../http/peopleEndpoint';
import { withAccountChanges } from '../http/stream/accountChanges';
import { createLiveFeed } from '../http/stream/liveFeed';
import type { StreamEndpointPorts } from '../http/stream/streamEndpoint';
import type { SubscriptionEndpointPorts } from '../http/subscriptionEndpoints';
import type { TimelineEndpointPorts } from '../http/timelineEndpoint';
import type { CallViews } from '../invitations/record/callViews';
import { createCommandQueue } from '../messaging/commandQueue';
import { probeBus } from '../messaging/probeBus';
import type { QueuedCommandPorts } from '../messaging/queuedCommand';
import { probeTables } from '../storage/probeTables';
import type { Log } from '../telemetry/log';
import type { Webhooks } from '../webhooks/createWebhooks';
import { createAccounts } from './accounts';
import { createCallers } from './callers';
import { createCommandPorts } from './commands';
import { openConnections, type Connections } from './connections';
import { createPolling } from './polling';
import { removeExpiredRecords, removePerson } from './records';
import { createStores } from './stores';
import { createUcwaSessions } from './ucwaSessions';
import { connectWebhooks } from './webhooks';

/** Everything the functions use, wired once. Each function takes the few fields it needs. */
export interface App
  extends
    AccountEndpointPorts,
    CommandEndpointPorts,
    ConfirmEndpointPorts,
    ConsoleSessionPorts,
    ContextEndpointPorts,
    HealthEndpointPorts,
    InvitationEndpointPorts,
    ListCommandsPorts,
    PeopleEndpointPorts,
    QueuedCommandPorts,
    StreamEndpointPorts,
    SubscriptionEndpointPorts,
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
  /** Answers the requests that are held for pages. */
  endHeldRequests(): void;
  /** Gives the slots back and ends the polling, within 3 seconds. */
  stopPolling(): Promise<void>;
  /** Ends the runs within 5 seconds, then closes what was opened. */
  close(): Promise<void>;
}

/** What the app has of its process. */
export interface ProcessPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Whether App Service Authentication stands before this process. */
  readonly signInByPlatform: boolean;
  /** Whether the Azure SDK's own variables name an identity. */
  readonly hasIdentity: boolean;
  /** Where the console has the simulator ring; undefined but in the local stack. */
  readonly localControl: string | undefined;
}

/** Wires everything, each part once. Nothing connects before it is used. */
export function createApp(settings: Settings, ports: ProcessPorts): App {
  const { clock, log, localControl } = ports;
  const connections = openConnections(settings, clock, log);
  const { tables, bus, publisher } = connections;
  const stores = createStores(tables, clock, log);
  const { leases, records, views } = stores;
  const { accounts, manageAccounts } = createAccounts(settings, tables, ports);
  const sessions = createUcwaSessions(settings, tables, ports);
  const polling = createPolling(settings, {
    publisher,
    leases,
    calls: stores.calls,
    accounts,
    session: sessions.of,
    clock,
    log,
  });
  const webhooks = connectWebhooks(settings, connections, { stores, accounts, clock, log });
  const liveFeed = createLiveFeed({
    feed: withAccountChanges(stores.feed, { leases, clock }),
    processName: randomUUID().slice(0, 8),
    clock,
    log,
  });
  return {
    ...createCallers(settings, ports),
    settings,
    clock,
    random: Math.random,
    log,
    localControl,
    accounts,
    manageAccounts,
    checkAccount: sessions.check,
    leases,
    records,
    noteContext: () => stores.subscriptions.noteContext(),
    invitations: views,
    liveFeed,
    commands: createCommandPorts(settings, connections, { stores, accounts, sessions, clock, log }),
    commandList: stores.audit,
    commandQueue: createCommandQueue(bus),
    webhooks,
    subscriberHealth: stores.subscriberHealth,
    azureHealth: keepFor(AZURE_HEALTH_MS, () => clock.monotonicMs(), probeAzure(connections, clock)),
    poll: polling.poll,
    pollAsFallback: polling.pollAsFallback,
    erasePerson: (uri) => removePerson(connections, uri),
    removeExpiredRecords: () => removeExpiredRecords(settings, connections, { clock, log }),
    endHeldRequests: () => liveFeed.close(),
    stopPolling: () => polling.stop(),
    async close() {
      await polling.stop();
      await Promise.all([publisher.close(), bus.close()]);
      webhooks.close();
      sessions.close();
    },
  };
}

function probeAzure({ openBus, tables }: Connections, clock: Clock): () => Promise<AzureHealth> {
  return async () => {
    const [busProbes, tableProbe] = await Promise.all([probeBus(openBus, clock), probeTables(tables, clock)]);
    return { bus: busProbes, tables: tableProbe };
  };
}
