import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../shared/clock';
import type { RelayEvent } from '../../shared/invitations/events/relayEvent';
import { toGapEvent } from '../../shared/invitations/normalise/toGapEvent';
import { withoutLargestParts } from '../../shared/invitations/normalise/withoutLargestParts';
import { createEventPublisher } from '../../shared/messaging/eventPublisher';
import { openServiceBus } from '../../shared/messaging/openServiceBus';
import type { EventPublisher } from '../../shared/invitations/events/publisher';
import { silentLog } from '../../shared/telemetry/log';
import { collectEvents } from './eventCollector';
import { startTestServiceBus } from './serviceBus';

/** A real bus, and what is on its topic; shared by the worlds of a test file, each with an account of its own. */
export interface FaultBus {
  readonly publisher: EventPublisher;
  /** All that is on the topic by now for the account, in its order. */
  received(account: string): Promise<readonly RelayEvent[]>;
  /** Stops the bus. */
  stop(): Promise<void>;
  /** Starts it again at the same address, with all that it had accepted. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startFaultBus(): Promise<FaultBus> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'ucwa-relay-bus-'));
  let bus = await startTestServiceBus({ dataDirectory });
  const { port, connectionString } = bus;
  let topic = collectEvents(connectionString);
  const read: RelayEvent[] = [];
  const publisher = createEventPublisher({
    openClient: () => openServiceBus({ connectionString }, noCredential),
    rawBlobs: { put: () => Promise.reject(new Error('No text of these tests is so large.')) },
    shrink: withoutLargestParts,
    clock: systemClock, // of its time-outs only: the broker and the SDK live in real time
    log: silentLog,
  });
  let marks = 0;
  const readToEnd = async (): Promise<void> => {
    // An event of our own: what was on the topic before it has come when it comes.
    const mark = `sip:mark-${String(++marks)}@contoso.com`;
    await publisher.publish([
      toGapEvent({ account: mark, applicationId: '0', cause: 'outage', afterMs: 0, beforeMs: 1 }),
    ]);
    await topic.event((event) => event.account === mark);
  };
  const stop = async (): Promise<void> => {
    await topic.close();
    await bus.close();
  };
  return {
    publisher,
    async received(account) {
      await readToEnd();
      return [...read, ...topic.events].filter((event) => event.account === account);
    },
    async stop() {
      await readToEnd();
      read.push(...topic.events);
      await stop();
    },
    async restart() {
      bus = await startTestServiceBus({ dataDirectory, port });
      topic = collectEvents(connectionString);
    },
    async close() {
      await publisher.close();
      await stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

function noCredential(): never {
  throw new Error('A connection string needs no credential.');
}
