import { setTimeout as wait } from 'node:timers/promises';
import type { HostProcess, ReadyHost } from '../support/functionsHost';
import { invitationIdAt } from '../support/invitationIdAt';
import { compareWithLedger, type Agreement } from '../support/ledgerAgreement';
import { signingKey, startChaosWorld, type ChaosWorld, type HostSettings } from './chaosWorld';
import { delaysOf, type Delay } from './lateness';

type Host = HostProcess & ReadyHost;

/** One way in which a process that polls comes to its end. */
export interface Ending {
  readonly name: string;
  /** For how long nobody may poll. */
  readonly boundMs: number;
  /** How the host is started that polls first. */
  readonly first?: HostSettings;
  /** Whether a second one runs beside it from the start. */
  readonly hasSecond: boolean;
  /** Ends it. Resolves when it has ended, or what follows it runs. */
  readonly end: (first: Host, world: ChaosWorld) => Promise<unknown>;
}

/** What came of it. */
export interface EndingOutcome extends Agreement {
  readonly rings: number;
  /** The longest time from a ring to its event on the bus, after the end had begun. */
  readonly worstMs: number;
  /** The same before: what the machine takes anyway. */
  readonly usualMs: number;
}

const CALL_EVERY_MS = 250;
const STEADY_MS = 5_000;
/** The start of a second host disturbs the first one: how many seconds that may last. */
const LONGEST_START_SECONDS = 60;
const PROMPT_MS = 500;
const RING_ON_MS = 25_000;
/** A call that was not seen in this time is missing. */
const GRACE_MS = 60_000;

/** Rings calls on and on, in real time, while a host comes to its end; then holds the topic against the server's ledger. */
export async function runEnding({ first, hasSecond, end }: Ending, accounts: number): Promise<EndingOutcome> {
  const world = await startChaosWorld(accounts);
  const ringing = new AbortController();
  try {
    const host = await world.startHost({ args: [], ...first });
    await world.connected();
    if (hasSecond) await world.startHost({ args: [] });
    const rung = ring(world, ringing.signal);
    const steadyAtMs = await untilSteady(world);
    const endingAtMs = Date.now();
    await Promise.all([end(host, world), wait(RING_ON_MS)]);
    ringing.abort();
    await rung;
    await Promise.race([allOnTopic(world), wait(GRACE_MS, undefined, { ref: false })]);
    return outcomeOf(world, steadyAtMs, endingAtMs);
  } finally {
    ringing.abort();
    await world.close();
  }
}

/** A call every quarter of a second, answered at once, on one account after another. */
async function ring({ ucwa, accounts }: ChaosWorld, signal: AbortSignal): Promise<void> {
  for (let call = 0; !signal.aborted; call++) {
    ucwa.ring({ account: accounts[call % accounts.length], scenario: 'answered', afterSeconds: 0.05 });
    await wait(CALL_EVERY_MS);
  }
}

/** Resolves when the calls of five seconds were promptly on the bus, or after a minute; with the beginning of that time. */
async function untilSteady(world: ChaosWorld): Promise<number> {
  for (let second = 0; second < LONGEST_START_SECONDS; second++) {
    await wait(1_000);
    const fromMs = Date.now() - STEADY_MS - PROMPT_MS;
    const recent = startedDelays(world).filter(({ emittedAtMs }) => emittedAtMs >= fromMs);
    const isPrompt = recent.every(({ emittedAtMs, enqueuedAtMs }) => enqueuedAtMs - emittedAtMs < PROMPT_MS);
    if (isPrompt && recent.length > (STEADY_MS / CALL_EVERY_MS) * 0.8) return fromMs;
  }
  return Date.now() - STEADY_MS;
}

/** Of each ring that is on the topic. */
function startedDelays({ ucwa, topic }: ChaosWorld): readonly Delay[] {
  const started = ucwa.invitationEvents().filter(({ type }) => type === 'started');
  return delaysOf(
    started,
    topic.events.filter(({ event }) => event.sequence !== undefined),
    idOf,
  );
}

const idOf = (href: string, account: string): string => invitationIdAt(href, account, signingKey);

async function allOnTopic({ ucwa, topic }: ChaosWorld): Promise<void> {
  await wait(1_000); // the last call ends
  await topic.all(
    ucwa.invitationEvents().map(({ href, account, type }) => {
      const id = idOf(href, account);
      return (event) => event.subject === id && event.type.endsWith(`.${type}`);
    }),
  );
}

function outcomeOf(world: ChaosWorld, steadyAtMs: number, endingAtMs: number): EndingOutcome {
  const ledger = world.ucwa.invitationEvents();
  const onTopic = world.topic.events.filter(({ event }) => event.sequence !== undefined);
  const delays = startedDelays(world);
  const worst = (isMeant: (emittedAtMs: number) => boolean): number =>
    Math.max(
      0,
      ...delays.flatMap(({ emittedAtMs, enqueuedAtMs }) => (isMeant(emittedAtMs) ? [enqueuedAtMs - emittedAtMs] : [])),
    );
  return {
    ...compareWithLedger(
      ledger,
      onTopic.map(({ event }) => event),
      idOf,
    ),
    rings: ledger.filter(({ type }) => type === 'started').length,
    worstMs: worst((atMs) => atMs >= endingAtMs - CALL_EVERY_MS),
    usualMs: worst((atMs) => atMs >= steadyAtMs && atMs < endingAtMs - CALL_EVERY_MS),
  };
}
