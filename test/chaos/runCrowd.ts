import { setTimeout as wait } from 'node:timers/promises';
import { scenarios } from '../../infra/local/ucwa/calls/callPlan';
import type { RelayEvent } from '../../shared/invitations/events/relayEvent';
import { accountForDeliveries, type SubscriberAccount } from '../support/deliveryAccount';
import { invitationIdAt } from '../support/invitationIdAt';
import { testSigningKey, type TestRelay } from '../support/relay';
import { createSeededRandom, type SeededRandom } from '../support/seededRandom';
import { startCrowd, type Conduct, type CrowdMember, type SubscriberCrowd } from '../support/subscriberCrowd';
import { simulatorAccount } from '../support/ucwaSimulator';
import { startWebhookRelay, subscribeMembers } from '../support/webhookRelay';
import { delaysOf, type Delay } from './lateness';
import type { Print } from './scenario';

export interface CrowdPlan {
  readonly mix: readonly Conduct[];
  /** So many ring for the healthy ones alone, and then so many for all. */
  readonly callsAlone: number;
  readonly calls: number;
  readonly callsPerMinute: number;
  readonly accounts: number;
  /** How long an account rings, and each call at most. */
  readonly ringSeconds: number;
  readonly longestCallSeconds: number;
  /** Between the last delivery to a healthy subscriber and the host's end: what is still tried goes on. */
  readonly drainSeconds: number;
  readonly seed: number;
  /** Whether each Service Bus function runs in a process of its own. */
  readonly processes?: boolean;
  /** The program that runs the host: see startSilentNameServer. */
  readonly execPath?: string;
}

/** One subscriber at the end. */
export interface CrowdResult extends SubscriberAccount {
  readonly member: CrowdMember;
  /** What `/health` said of it before the host was stopped. */
  readonly health: SubscriberCheck | undefined;
}

/** Of `/health`, as far as it is used. */
export interface SubscriberCheck {
  readonly status: string;
  readonly output?: string;
}

export interface CrowdOutcome {
  readonly results: readonly CrowdResult[];
  /** Invitation events of the second round, and of both with the warming up. */
  readonly events: number;
  readonly allEvents: number;
  /** From the server to each of the healthy ones, while they are alone, and among the others. */
  readonly alone: readonly Delay[];
  readonly crowded: readonly Delay[];
  /** Of the healthy ones: what they did not hear, heard in the wrong order, or could not verify. */
  readonly missed: number;
  readonly misordered: number;
  readonly unverified: number;
  /** Of all: what does not add up, in sentences. */
  readonly problems: readonly string[];
}

const WARM_UP_CALLS = 3;
/** From the last call's end: what has not come then is missed. */
const GRACE_MS = 180_000;

/**
 * Rings calls for a crowd of subscribers of which half behave badly, stops the host, and accounts for every delivery. In
 * real time: seconds are seconds.
 */
export async function runCrowd(plan: CrowdPlan, print: Print): Promise<CrowdOutcome> {
  const random = createSeededRandom(plan.seed);
  const accounts = Array.from({ length: plan.accounts }, (_, index) =>
    index === 0 ? simulatorAccount.sipUri : `sip:user-${String(index)}@contoso.com`,
  );
  const [relay, crowd] = await Promise.all([
    startWebhookRelay({
      processes: plan.processes === true,
      execPath: plan.execPath,
      accounts: accounts.map((sipUri) => ({
        sipUri,
        username: sipUri.slice(4),
        password: 'password',
        ringSeconds: plan.ringSeconds,
      })),
    }),
    startCrowd(plan.mix),
  ]);
  try {
    await Promise.all(accounts.map((account) => relay.connected(account)));
    const ids = new Map(await subscribeMembers(relay, crowd.healthy));
    const round = (calls: number): Promise<readonly RelayEvent[]> =>
      ringAndHear(relay, crowd, accounts, { ...plan, calls }, random);
    await round(WARM_UP_CALLS);
    print(`${crowd.healthy.length} healthy subscribers; ${plan.callsAlone} calls for them alone`);
    const alone = delays(relay, crowd, await round(plan.callsAlone));

    const others = crowd.members.filter((member) => !ids.has(member));
    for (const [member, id] of await subscribeMembers(relay, others)) ids.set(member, id);
    print(`${others.length} others; ${plan.calls} calls for all`);
    const events = await round(plan.calls);
    print(`${events.length} events are with the healthy ones; ${plan.drainSeconds} s for the others`);
    // A call may end, and its event come, while the host is being stopped.
    const all = invitationEvents(relay);
    await wait(plan.drainSeconds * 1000);
    const health = await readHealth(relay);
    await relay.host().close();

    print('the host is stopped; every delivery is accounted for');
    const accounted = await accountForDeliveries(relay.storage.connectionString, relay.bus.connectionString, [
      ...ids.values(),
    ]);
    const results = crowd.members.flatMap((member) => {
      const id = ids.get(member) ?? '';
      const account = accounted.get(id);
      return account === undefined ? [] : [{ member, health: health.get(id), ...account }];
    });
    return {
      results,
      events: events.length,
      allEvents: all.length,
      alone,
      crowded: delays(relay, crowd, events),
      missed: sum(crowd.healthy, ({ arrivals }) => all.filter(({ id }) => !arrivals.has(id)).length),
      misordered: sum(crowd.healthy, (member) => misordered(member, all)),
      unverified: sum(crowd.healthy, (member) => member.unverified),
      problems: results.flatMap((result) =>
        [...result.problems, ...notAddressed(result, all, events)].map(
          (problem) => `a subscriber that ${result.member.conduct}: ${problem}`,
        ),
      ),
    };
  } finally {
    await relay.close();
    await crowd.close();
  }
}

/** The checks of the webhooks, by the id of the subscription. */
async function readHealth(relay: TestRelay): Promise<ReadonlyMap<string, SubscriberCheck>> {
  const { data } = await relay.http().get<{ readonly checks: Readonly<Record<string, [SubscriberCheck]>> }>('/health');
  const prefix = 'webhook:';
  return new Map(
    Object.entries(data.checks)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, [check]]) => [name.slice(prefix.length), check]),
  );
}

/** Rings the calls, spread evenly; resolves with their events when every healthy subscriber has heard them all, or is not going to. */
async function ringAndHear(
  relay: TestRelay,
  crowd: SubscriberCrowd,
  accounts: readonly string[],
  plan: CrowdPlan,
  random: SeededRandom,
): Promise<readonly RelayEvent[]> {
  const subjects = new Set<string>();
  const startedMs = performance.now();
  for (let call = 0; call < plan.calls; call += 1) {
    await wait(Math.max(0, startedMs + (call * 60_000) / plan.callsPerMinute - performance.now()));
    const account = accounts[call % accounts.length] ?? '';
    const ended = {
      scenario: random.pick(scenarios),
      ringSeconds: plan.longestCallSeconds,
      afterSeconds: random.between(0.2, plan.longestCallSeconds * 0.8),
    };
    subjects.add(invitationIdAt(relay.ucwa.ring({ account, ...ended }).invitation, account, testSigningKey));
  }
  for (const invitationId of subjects) await relay.topic.invitationEvent({ event: 'completed', invitationId });
  const events = invitationEvents(relay).filter(({ subject }) => subjects.has(subject));
  await Promise.race([crowd.heard(events.map(({ id }) => id)), wait(GRACE_MS, undefined, { ref: false })]);
  return events;
}

function invitationEvents({ topic }: TestRelay): readonly RelayEvent[] {
  return topic.events.filter(({ sequence }) => sequence !== undefined);
}

/** From the server's ledger to the first arrival at each healthy subscriber. */
function delays({ ucwa }: TestRelay, { healthy }: SubscriberCrowd, events: readonly RelayEvent[]): Delay[] {
  const ledger = ucwa.invitationEvents();
  const idOf = (href: string, account: string): string => invitationIdAt(href, account, testSigningKey);
  return healthy.flatMap(({ arrivals }) =>
    delaysOf(
      ledger,
      events.map((event) => ({ event, enqueuedAtMs: arrivals.get(event.id)?.[0]?.atMs ?? NaN })),
      idOf,
    ),
  );
}

/** Events that came after a later one of the same call. */
function misordered({ arrivals }: CrowdMember, events: readonly RelayEvent[]): number {
  const bySequence = [...events].sort((one, other) => ((one.sequence ?? '') < (other.sequence ?? '') ? -1 : 1));
  const latest = new Map<string, number>();
  let wrong = 0;
  for (const { id, subject } of bySequence) {
    const atMs = arrivals.get(id)?.[0]?.atMs;
    if (atMs === undefined) continue;
    if (atMs < (latest.get(subject) ?? 0)) wrong += 1;
    latest.set(subject, Math.max(atMs, latest.get(subject) ?? 0));
  }
  return wrong;
}

/** Each event of the calls that rang while it was there is addressed to a subscriber; to one that is gone, only those before. */
function notAddressed(
  { member, addressed }: CrowdResult,
  all: readonly RelayEvent[],
  second: readonly RelayEvent[],
): string[] {
  const expected = member.conduct === 'healthy' ? all : second;
  const left = expected.filter(({ id }) => !addressed.has(id)).length;
  return member.conduct === 'gone' || left === 0
    ? []
    : [`${left} of ${expected.length} events were not addressed to it`];
}

function sum<Item>(items: readonly Item[], valueOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}
