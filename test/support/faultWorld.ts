import type { CallRequest } from '../../infra/local/ucwa/calls/callPlan';
import type { EventRecord } from '../../infra/local/ucwa/ledger';
import { decodeInvitationId, encodeInvitationId } from '../../shared/invitations/invitationId';
import { kindNames } from '../../shared/invitations/kinds';
import type { RelayEvent, UnreadableEvent } from '../../shared/invitations/relayEvent';
import { toGapEvent } from '../../shared/invitations/toGapEvent';
import { withoutLargestParts } from '../../shared/invitations/withoutLargestParts';
import { systemClock } from '../../shared/clock';
import { createEventPublisher } from '../../shared/messaging/eventPublisher';
import { openServiceBus } from '../../shared/messaging/openServiceBus';
import type { EventPublisher } from '../../shared/messaging/publisher';
import { pollShard } from '../../shared/relay/pollShard';
import { silentLog } from '../../shared/telemetry/log';
import type { SessionHealth } from '../../shared/ucwa/session';
import { collectEvents } from './eventCollector';
import { createFakeClock, type FakeClock } from './fakeClock';
import { invitationIdAt } from './invitationIdAt';
import { compareWithLedger, type Agreement } from './ledgerAgreement';
import { createMemorySlotLeases } from './memorySlotLeases';
import { startTestServiceBus } from './serviceBus';
import { startTestSession } from './ucwaSession';
import { startTestUcwa, type TestUcwa } from './ucwaSimulator';

const signingKey = 'a signing key for tests only';
/** The clock goes on in steps of this length; between two of them the bus, whose time is real, gets to answer. */
const STEP_MS = 1_000;
const MOST_STEPS = 7_200;

/** A real bus, and what is on its topic; shared by the worlds of a test file, each with an account of its own. */
export interface FaultBus {
  readonly publisher: EventPublisher;
  /** All that is on the topic by now for the account, in its order. */
  received(account: string): Promise<readonly RelayEvent[]>;
  close(): Promise<void>;
}

export async function startFaultBus(): Promise<FaultBus> {
  const bus = await startTestServiceBus();
  const topic = collectEvents(bus.connectionString);
  const publisher = createEventPublisher({
    openClient: () => openServiceBus({ connectionString: bus.connectionString }, noCredential),
    rawBlobs: { put: () => Promise.reject(new Error('No text of these tests is so large.')) },
    shrink: withoutLargestParts,
    clock: systemClock, // of its time-outs only: the broker and the SDK live in real time
    log: silentLog,
  });
  let marks = 0;
  return {
    publisher,
    async received(account) {
      // An event of our own: what was on the topic before it has come when it comes.
      const mark = `sip:mark-${String(++marks)}@contoso.com`;
      await publisher.publish([toGapEvent({ account: mark, applicationId: '0', cause: 'outage', afterMs: 0, beforeMs: 1 })]);
      await topic.event((event) => event.account === mark);
      return topic.events.filter((event) => event.account === account);
    },
    async close() {
      await publisher.close();
      await topic.close();
      await bus.close();
    },
  };
}

/** A poller of one account as a shard's timer runs it, over a simulator and a real bus, with all but the bus on a clock that the test owns. */
export interface FaultWorld {
  readonly ucwa: TestUcwa;
  readonly clock: FakeClock;
  /** What was parked as unreadable. */
  readonly parked: readonly UnreadableEvent[];
  /** Starts the poller; it runs until `close`. */
  start(): void;
  /** Lets time pass, second by second; nothing is being published when it resolves. */
  pass(durationMs: number): Promise<void>;
  /** Lets time pass until a poll of the account is parked on the event channel. */
  untilOnAir(): Promise<void>;
  /** Rings a call that is declined after two seconds; nothing happens when nobody is there to be rung. */
  ring(request?: Partial<CallRequest>): void;
  /** The account's events on the topic. */
  received(): Promise<readonly RelayEvent[]>;
  /** Ledger against topic, without what the server itself forgot. */
  agreement(): Promise<Agreement>;
  health(): SessionHealth;
  close(): Promise<void>;
}

export async function startFaultWorld(bus: FaultBus, userName: string): Promise<FaultWorld> {
  const account = `sip:${userName}@contoso.com`;
  const clock = createFakeClock();
  const ucwa = await startTestUcwa({ clock });
  const test = startTestSession(ucwa.url, { clock, account: { sipUri: account, username: `${userName}@contoso.com` } });
  const parked: UnreadableEvent[] = [];
  const publishing = new Set<Promise<void>>();
  const watched = (work: Promise<void>): Promise<void> => {
    publishing.add(work);
    const done = (): void => void publishing.delete(work);
    work.then(done, done);
    return work;
  };
  const published = async (): Promise<void> => {
    while (publishing.size > 0) await Promise.allSettled([...publishing]);
  };
  const stop = new AbortController();
  let run: Promise<void> | undefined;

  const pass = async (durationMs: number): Promise<void> => {
    for (let leftMs = durationMs; leftMs > 0; leftMs -= STEP_MS) {
      await clock.advance(Math.min(STEP_MS, leftMs));
      await published();
    }
  };
  const ledger = (): EventRecord[] => ucwa.invitationEvents(account).filter(({ forgotten }) => forgotten !== true);
  const received = (): Promise<readonly RelayEvent[]> => bus.received(account);

  return {
    ucwa,
    clock,
    parked,
    start() {
      run = pollShard(
        { shard: 0, shardCount: 1, runMs: 86_400_000, patienceMs: 0 },
        {
          accounts: [test.session.account],
          session: () => test.session,
          publisher: {
            publish: (events) => watched(bus.publisher.publish(events)),
            park: (unreadable) => {
              parked.push(...unreadable);
              return watched(bus.publisher.park(unreadable));
            },
            close: () => Promise.resolve(),
          },
          leases: createMemorySlotLeases(),
          owner: 'the only one',
          invitationIdOf: (reference) => encodeInvitationId(reference, signingKey),
          referenceOf: (id) => decodeInvitationId(id, signingKey),
          kinds: kindNames,
          includeSdp: false,
          clock,
          random: () => 0.5,
          log: silentLog,
        },
        stop.signal,
      );
    },
    pass,
    async untilOnAir() {
      const isThere = new AbortController();
      void ucwa.simulator.whenParked(account).then(() => isThere.abort());
      await pass(1);
      for (let step = 0; !isThere.signal.aborted; step += 1) {
        if (step === MOST_STEPS) throw new Error(`The account is not on the air: ${test.session.health().lastError ?? 'no error'}`);
        await pass(STEP_MS);
      }
    },
    ring(request = {}) {
      try {
        ucwa.ring({ account, scenario: 'declined', ...request });
      } catch {
        // Nobody is there to be rung at this moment: that is the fault's doing.
      }
    },
    received,
    agreement: async () => compareWithLedger(ledger(), await received(), (href) => invitationIdAt(href, account, signingKey)),
    health: () => test.session.health(),
    async close() {
      stop.abort();
      if (run !== undefined) await clock.advanceUntil(run);
      await test.close();
      await ucwa.close();
    },
  };
}

function noCredential(): never {
  throw new Error('A connection string needs no credential.');
}
