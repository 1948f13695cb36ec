import type { CallRequest } from '../../infra/local/ucwa/calls/callPlan';
import type { EventRecord } from '../../infra/local/ucwa/ledger';
import { decodeInvitationId, encodeInvitationId } from '../../shared/invitations/invitationId';
import { kindNames } from '../../shared/invitations/kinds';
import type { RelayEvent, UnreadableEvent } from '../../shared/invitations/events/relayEvent';
import { pollSlots } from '../../shared/relay/pollSlots';
import { slotsOfShard } from '../../shared/relay/slots';
import { silentLog } from '../../shared/telemetry/log';
import type { SessionHealth } from '../../shared/ucwa/session';
import { createFakeClock, type FakeClock } from './fakeClock';
import type { FaultBus } from './faultBus';
import { invitationIdAt } from './invitationIdAt';
import { compareWithLedger, type Agreement } from './ledgerAgreement';
import { registryOf } from './memoryAccountTable';
import { createMemoryCalls } from './memoryCalls';
import { createMemorySlotLeases } from './memorySlotLeases';
import { startTestSession } from './ucwaSession';
import { startTestUcwa, type TestUcwa } from './ucwaSimulator';

const signingKey = 'a signing key for tests only';
/** The clock goes on in steps of this length; between two of them the bus, whose time is real, gets to answer. */
const STEP_MS = 1_000;
const MOST_STEPS = 7_200;

/**
 * A poller of one account as a shard's timer runs it, over a simulator and a real bus, with all but the bus on a
 * clock that the test owns.
 */
export interface FaultWorld {
  readonly ucwa: TestUcwa;
  readonly clock: FakeClock;
  /** What was sent to `unreadable-events`. */
  readonly unreadable: readonly UnreadableEvent[];
  /** Starts the poller; it runs until `close`. */
  start(): void;
  /** Lets time pass, second by second; nothing is being published when it resolves. */
  pass(durationMs: number): Promise<void>;
  /** Lets time pass until a poll of the account is pending on the event channel. */
  untilConnected(): Promise<void>;
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
  const unreadable: UnreadableEvent[] = [];
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
    unreadable,
    start() {
      run = pollSlots(
        { slots: slotsOfShard(0, 1), runMs: 86_400_000 },
        {
          accounts: registryOf([test.session.account], { clock }),
          signInsPerSecond: 20,
          session: () => test.session,
          publisher: {
            publish: (events) => watched(bus.publisher.publish(events)),
            sendUnreadable: (events) => {
              unreadable.push(...events);
              return watched(bus.publisher.sendUnreadable(events));
            },
            close: () => Promise.resolve(),
          },
          leases: createMemorySlotLeases(),
          owner: 'the only one',
          invitationIdOf: (reference) => encodeInvitationId(reference, signingKey),
          referenceOf: (id) => decodeInvitationId(id, signingKey),
          kinds: kindNames,
          includeSdp: false,
          contactDetails: false,
          calls: createMemoryCalls(),
          clock,
          random: () => 0.5,
          log: silentLog,
        },
        stop.signal,
      );
    },
    pass,
    async untilConnected() {
      const isThere = new AbortController();
      void ucwa.simulator.whenPolling(account).then(() => isThere.abort());
      await pass(1);
      for (let step = 0; !isThere.signal.aborted; step += 1) {
        if (step === MOST_STEPS)
          throw new Error(`The account is not connected: ${test.session.health().lastError ?? 'no error'}`);
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
    agreement: async () =>
      compareWithLedger(ledger(), await received(), (href) => invitationIdAt(href, account, signingKey)),
    health: () => test.session.health(),
    async close() {
      stop.abort();
      if (run !== undefined) await clock.advanceUntil(run);
      await test.close();
      await ucwa.close();
    },
  };
}
