import { setTimeout as wait } from 'node:timers/promises';
import { compareWithLedger, type Agreement } from '../support/ledgerAgreement';
import { invitationIdAt } from '../support/invitationIdAt';
import { createSeededRandom, type SeededRandom } from '../support/seededRandom';
import { signingKey, startChaosWorld, type ChaosWorld } from './chaosWorld';
import { startHostPair, type HostPair } from './hostPair';
import { delaysOf, type Delay, type Span } from './lateness';
import { createRinging } from './ringing';
import type { Print } from './scenario';

export interface KillsPlan {
  readonly kills: number;
  readonly calls: number;
  readonly accounts: number;
  /** How long the bus is away, in the middle of it all; 0: never. */
  readonly outageSeconds: number;
  /** Each kill has its share of the calls, which begin at random moments of so many seconds and ring up to twice as long. */
  readonly stretchSeconds: number;
  readonly seed: number;
}

export interface KillsOutcome extends Agreement {
  readonly calls: number;
  readonly kills: number;
  /** Of invitations. */
  readonly eventsEmitted: number;
  readonly eventsOnTopic: number;
  /** From the server to the bus. */
  readonly delays: readonly Delay[];
  /** When the bus was away; undefined where it never was. */
  readonly outage: Span | undefined;
}

/** A lease lapses in 10 s; then somebody has to notice and sign in. */
const TAKE_OVER_MS = 30_000;
/** From the end of the last call: a host that died last needs some 15 s to be replaced. What has not come then is missing. */
const GRACE_MS = 120_000;

/**
 * Rings calls on all accounts while hosts are killed and the bus goes away, then holds the topic against the ledger of
 * the server. In real time: seconds are seconds. Rejects when a host ends that was not killed.
 */
export async function runKills(plan: KillsPlan, print: Print): Promise<KillsOutcome> {
  const random = createSeededRandom(plan.seed);
  const world = await startChaosWorld(plan.accounts);
  try {
    const hosts = await startHostPair(world, random);
    await world.connected();
    print(`${plan.accounts} accounts are connected; two hosts, one of which is killed at a time`);
    const ringing = createRinging(world, random, 2 * plan.stretchSeconds);
    const { ucwa, topic } = world;

    const cruelty = async (): Promise<Span | undefined> => {
      let outage: Promise<Span | undefined> = Promise.resolve(undefined);
      for (let round = 0; round < plan.kills; round++) {
        if (round === Math.floor(plan.kills / 2) && plan.outageSeconds > 0)
          outage = takeBusAway(world, plan.outageSeconds, print);
        const calls = share(plan.calls, round + 1, plan.kills) - share(plan.calls, round, plan.kills);
        await Promise.all([
          ringing.ring(calls, plan.stretchSeconds * 1000),
          killAtRandom(world, hosts, plan.stretchSeconds * 1000, random),
        ]);
        print(
          `${hosts.kills} of ${plan.kills} kills, ${ringing.rung} of ${plan.calls} calls; ` +
            `${ucwa.invitationEvents().length} events emitted, ${topic.events.length} seen on the topic`,
        );
      }
      return outage;
    };
    const outage = await Promise.race([cruelty(), hosts.endedByItself]);
    await Promise.race([ringing.ended(), hosts.endedByItself]);
    print('every call has ended; one last call on each account, behind which nothing of the account is left');
    await Promise.race([lastCalls(world), hosts.endedByItself, wait(GRACE_MS, undefined, { ref: false })]);

    const ledger = ucwa.invitationEvents();
    const idOf = (href: string, account: string): string => invitationIdAt(href, account, signingKey);
    const onTopic = topic.events.filter(({ event }) => event.sequence !== undefined);
    return {
      ...compareWithLedger(
        ledger,
        onTopic.map(({ event }) => event),
        idOf,
      ),
      calls: ringing.rung,
      kills: hosts.kills,
      eventsEmitted: ledger.length,
      eventsOnTopic: onTopic.length,
      delays: delaysOf(ledger, onTopic, idOf),
      outage,
    };
  } finally {
    await world.close();
  }
}

/**
 * As a rule the channels are connected again before the next kill, so that each is a blow of its own; one in five does not
 * wait for that, and may fall on the host that is just taking over.
 */
async function killAtRandom(
  world: ChaosWorld,
  hosts: HostPair,
  stretchMs: number,
  random: SeededRandom,
): Promise<void> {
  if (random.next() < 0.2) {
    await wait(random.between(0, stretchMs));
  } else {
    await connectedOrNotSoon(world);
    await wait(random.between(0, stretchMs / 2));
  }
  await hosts.killOne();
}

/** While the bus is away, no channel with something on it is connected. */
async function connectedOrNotSoon(world: ChaosWorld): Promise<void> {
  await Promise.race([world.connected(), wait(TAKE_OVER_MS, undefined, { ref: false })]);
}

/** How many of `all` fall to the first so many of the parts. */
function share(all: number, parts: number, ofParts: number): number {
  return Math.floor((all * parts) / ofParts);
}

/** While the channels are connected, that there is something to lose. */
async function takeBusAway(world: ChaosWorld, seconds: number, print: Print): Promise<Span> {
  await connectedOrNotSoon(world);
  const fromMs = Date.now();
  await world.stopBus();
  print(`the bus is away for ${seconds} s`);
  await wait(seconds * 1000);
  await world.startBus();
  print('the bus is back');
  return { fromMs, untilMs: Date.now() };
}

/** The channel keeps its order: when an account's last call is on the topic to its end, so is all that came before. */
async function lastCalls({ ucwa, accounts, topic }: ChaosWorld): Promise<void> {
  const ids = accounts.map((account) =>
    invitationIdAt(ucwa.ring({ account, scenario: 'declined', afterSeconds: 0.1 }).invitation, account, signingKey),
  );
  await topic.all(
    ids.map(
      (id) =>
        ({ subject, type }) =>
          subject === id && type.endsWith('.completed'),
    ),
  );
}
