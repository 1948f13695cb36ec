import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ServiceBusClient } from '@azure/service-bus';
import axios from 'axios';
import { startStorage } from '../../infra/local/storage/startStorage';
import type { InvitationEvent } from '../../shared/invitations/events/relayEvent';
import { busEntities } from '../../shared/messaging/busEntities';
import { toServiceBusMessage } from '../../shared/messaging/toServiceBusMessage';
import { accountForDeliveries, type SubscriberAccount } from '../support/deliveryAccount';
import { startReadyHost, type HostProcess, type ReadyHost } from '../support/functionsHost';
import { createSeededRandom } from '../support/seededRandom';
import { startTestServiceBus } from '../support/serviceBus';
import { startCrowd, type Conduct, type CrowdMember } from '../support/subscriberCrowd';
import { callEvent } from '../support/webhookEvents';
import { webhookSettings } from '../support/webhookRelay';
import type { Span } from './lateness';
import type { Print } from './scenario';

export interface WebhookKillsPlan {
  readonly kills: number;
  readonly calls: number;
  /** How long storage is frozen, and later gone. */
  readonly awaySeconds: number;
  /** Whether each Service Bus function runs in a process of its own. */
  readonly processes: boolean;
  readonly seed: number;
}

export interface WebhookKillsOutcome {
  readonly events: number;
  /** Of healthy subscribers: events that neither came nor are on record as superseded or expired. */
  readonly missed: readonly string[];
  /** Deliveries to healthy subscribers that were superseded or expired. */
  readonly replaced: number;
  /** From the bus to each healthy subscriber, of first events while storage was away. */
  readonly firstWhileAwayMs: readonly number[];
  /** Those that took longer than a second, or never came, with what is on record. */
  readonly lateWhileAway: readonly string[];
  /** Events that came twice, and those whose copies differ. */
  readonly duplicates: number;
  readonly differing: number;
  readonly unverified: number;
  readonly problems: readonly string[];
}

/** Healthy unless named: 10 subscribers of which 3 fail. */
const conducts: readonly Conduct[] = [
  ...Array.from({ length: 7 }, () => 'healthy' as const),
  'fails',
  'hangs',
  'throttles',
];
/** At most, from the start of a host to its kill. */
const LONGEST_LIFE_MS = 8_000;
/** A kill with the start of the next host takes so long on average: calls begin evenly over all of them and the outages. */
const KILL_EVERY_MS = 11_000;
const CALL_MS = 4_000;
/** What a first event may take while storage is away. */
export const FIRST_WITHIN_MS = 1_000;
/** A host that delivers at all does so by then. */
const HEARD_WITHIN_MS = 2_000;
/** What was in a killed host's hands comes again after the lock of 10 s; then rings are over. */
const DRAIN_MS = 60_000;
/** Below the ports that connections are made from: one of these could take the storage's while that is away. */
const FIRST_PORT = 20_000;
const PROJECT = path.join(__dirname, '../..');

/**
 * Publishes calls to the topic while the host that delivers them is killed again and again, and storage is frozen and gone in
 * between (the host is left alone then). In real time.
 */
export async function runWebhookKills(plan: WebhookKillsPlan, print: Print): Promise<WebhookKillsOutcome> {
  const random = createSeededRandom(plan.seed);
  const folder = await mkdtemp(path.join(tmpdir(), 'ucwa-relay-chaos-'));
  const port = FIRST_PORT + 3 * (plan.seed % 1_000);
  let storage = await startStorage({ ports: { blob: port, queue: port + 1, table: port + 2 }, folder });
  const { connectionString, ports } = await storage.ready;
  const [bus, crowd] = await Promise.all([startTestServiceBus(), startCrowd(conducts)]);
  const client = new ServiceBusClient(bus.connectionString);
  const sender = client.createSender(busEntities.events);
  const startHost = (): Promise<HostProcess & ReadyHost> =>
    startReadyHost({
      appDirectory: PROJECT,
      settings: {
        UCWA_ACCOUNTS: JSON.stringify([{ sipUri: 'sip:nobody@contoso.com', username: 'nobody', password: 'password' }]),
        ServiceBusConnection: bus.connectionString,
        AzureWebJobsStorage: connectionString,
        RELAY_SIGNING_KEY: 'a signing key for chaos, long enough',
        'AzureWebJobs.pollEventChannel0.Disabled': 'true',
        POLL_FALLBACK: 'false',
        ...webhookSettings,
      },
      args: plan.processes ? ['--processes'] : [],
    });
  let host = await startHost();
  const published = new Map<string, { readonly event: InvitationEvent; readonly atMs: number }>();
  const away: Span[] = [];
  let stopped = false;
  let knownCall = plan.calls;
  try {
    const ids = await subscribeAll(host, crowd.members);
    const publish = async (event: InvitationEvent): Promise<void> => {
      published.set(event.id, { event, atMs: Date.now() });
      await sender.sendMessages(toServiceBusMessage(event));
    };
    const ring = async (call: number): Promise<void> => {
      for (const name of ['started', 'updated', 'completed'] as const) {
        await publish(callEvent(name, { call, timeMs: Date.now() }));
        await wait(random.between(CALL_MS / 8, CALL_MS / 2));
      }
    };
    const totalMs = plan.kills * KILL_EVERY_MS + 2 * plan.awaySeconds * 1000;
    const ringing: Promise<void>[] = [];
    const ringAll = async (): Promise<void> => {
      for (let call = 1; call <= plan.calls && !stopped; call += 1) {
        ringing.push(ring(call));
        await wait(totalMs / plan.calls);
      }
    };
    const killSome = async (from: number, until: number): Promise<void> => {
      for (let kill = from; kill < until; kill += 1) {
        await wait(random.between(LONGEST_LIFE_MS / 4, LONGEST_LIFE_MS));
        await host.kill('SIGKILL');
        host = await startHost();
        print(`${String(kill + 1)} of ${String(plan.kills)} kills, ${String(published.size)} events`);
      }
    };
    /** Resolves when the host that was started last has read its subscriptions: without them it can tell nobody. */
    const subscribersKnown = async (): Promise<void> => {
      for (let isKnown = false; !isKnown;) {
        const event = callEvent('completed', { call: (knownCall += 1), timeMs: Date.now() });
        await sender.sendMessages(toServiceBusMessage(event));
        const heard = crowd.heard([event.id]).then(() => true);
        isKnown = await Promise.race([heard, wait(HEARD_WITHIN_MS, false)]);
      }
    };
    const beAway = async (what: string, leave: () => void, comeBack: () => Promise<void>): Promise<void> => {
      await subscribersKnown();
      leave();
      print(`storage is ${what} for ${String(plan.awaySeconds)} s`);
      const fromMs = Date.now();
      await wait(plan.awaySeconds * 1000);
      away.push({ fromMs, untilMs: Date.now() });
      await comeBack();
      print('storage is back');
    };
    const cruelty = async (): Promise<void> => {
      const third = Math.floor(plan.kills / 3);
      await killSome(0, third);
      await beAway(
        'frozen',
        () => process.kill(storage.pid, 'SIGSTOP'),
        () => Promise.resolve(void process.kill(storage.pid, 'SIGCONT')),
      );
      await killSome(third, 2 * third);
      // Not killed: Azurite would forget the rows of its last seconds, which Azure keeps once it has accepted them.
      await beAway(
        'gone',
        () => void storage.stop(),
        async () => {
          storage = await startStorage({ ports, folder });
          const again = await storage.ready;
          if (again.connectionString !== connectionString) throw new Error('Something took the port of the storage.');
        },
      );
      await killSome(2 * third, plan.kills);
    };
    await Promise.all([ringAll(), cruelty()]);
    await Promise.all(ringing);
    print(`every call has ended; ${String(DRAIN_MS / 1000)} s for what is left`);
    await wait(DRAIN_MS);
    await host.close();
    const accounts = await accountForDeliveries(connectionString, bus.connectionString, [...ids.values()]);
    return judge(
      crowd.members.map((member) => ({ member, account: accounts.get(ids.get(member) ?? '') })),
      published,
      away,
    );
  } finally {
    stopped = true;
    await host.close();
    await client.close();
    await crowd.close();
    await Promise.all([bus.close(), storage.kill()]);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Subscribes each through the API; by member, the id of its subscription. */
async function subscribeAll(
  { url, functionsKey }: ReadyHost,
  members: readonly CrowdMember[],
): Promise<ReadonlyMap<CrowdMember, string>> {
  const ids = new Map<CrowdMember, string>();
  for (const member of members) {
    const response = await axios.post<{ readonly subscription: { readonly id: string } }>(
      `${url}/api/webhook-subscriptions`,
      member.request,
      { headers: { 'x-functions-key': functionsKey }, proxy: false },
    );
    ids.set(member, response.data.subscription.id);
  }
  return ids;
}

function judge(
  subscribers: readonly { readonly member: CrowdMember; readonly account: SubscriberAccount | undefined }[],
  published: ReadonlyMap<string, { readonly event: InvitationEvent; readonly atMs: number }>,
  away: readonly Span[],
): WebhookKillsOutcome {
  const healthy = subscribers.filter(({ member }) => member.conduct === 'healthy');
  const notReceived = healthy.flatMap(({ member, account }) =>
    [...published.keys()]
      .filter((id) => !member.arrivals.has(id))
      .map((id) => ({ id, outcome: account?.outcomes.get(id) ?? 'nothing on record' })),
  );
  const firstWhileAway = [...published.values()]
    .filter(({ event, atMs }) => event.data.event === 'started' && away.some((span) => isWithin(span, atMs)))
    .flatMap(({ event: { id }, atMs }) =>
      healthy.map(({ member, account }) => ({
        id,
        ms: (member.arrivals.get(id)?.[0]?.atMs ?? Infinity) - atMs,
        outcome: account?.outcomes.get(id) ?? 'nothing on record',
      })),
    );
  const isReplaced = (outcome: string): boolean => outcome === 'superseded' || outcome === 'expired';
  const all = subscribers.flatMap(({ member }) => [...member.arrivals.values()]);
  return {
    events: published.size,
    missed: notReceived.filter(({ outcome }) => !isReplaced(outcome)).map(({ id, outcome }) => `${id}: ${outcome}`),
    replaced: notReceived.filter(({ outcome }) => isReplaced(outcome)).length,
    firstWhileAwayMs: firstWhileAway.map(({ ms }) => ms),
    lateWhileAway: firstWhileAway
      .filter(({ ms }) => ms > FIRST_WITHIN_MS)
      .map(({ id, ms, outcome }) => `${id} after ${ms} ms: ${outcome}`),
    duplicates: all.filter(({ length }) => length > 1).length,
    differing: all.filter((copies) => new Set(copies.map(({ digest }) => digest)).size > 1).length,
    unverified: subscribers.reduce((sum, { member }) => sum + member.unverified, 0),
    problems: subscribers.flatMap(({ member, account }) =>
      (account?.problems ?? ['it has no account']).map((problem) => `a subscriber that ${member.conduct}: ${problem}`),
    ),
  };
}

function isWithin({ fromMs, untilMs }: Span, atMs: number): boolean {
  return atMs >= fromMs && atMs < untilMs - 1_000;
}
