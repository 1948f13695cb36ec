import type { SeededRandom } from '../../support/seededRandom';
import type { SimulatedProcess } from './simulatedProcess';
import type { VirtualTime } from './virtualTime';

/** One queue, or subscription of a topic: locks, redelivery, scheduled messages and duplicate detection. */
export interface SimulatedQueue<Message> {
  /** Takes the message now; what has an id that was there before is dropped. Returns whether it was taken. */
  put(messageId: string, message: Message, atMs?: number): boolean;
  /** Messages that are not settled yet. */
  pending(): readonly Message[];
  /** Messages that were given out too often. */
  readonly deadLetters: readonly Message[];
}

export interface Receiver<Message> {
  readonly process: SimulatedProcess;
  handle(message: Message, arrival: { readonly deliveryCount: number; readonly enqueuedAtMs: number }): Promise<void>;
}

export interface QueuePorts<Message> {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  /** Those that are running. */
  readonly receivers: () => readonly Receiver<Message>[];
}

const LOCK_MS = 10_000;
const MAX_DELIVERIES = 10;
const WITHOUT_RECEIVER_MS = 500;
/** Messages of one batch come within so long of each other. */
export const BATCH_MS = 0.4;

interface Entry<Message> {
  readonly message: Message;
  readonly enqueuedAtMs: number;
  deliveryCount: number;
  /** The delivery that holds the message. */
  lock: symbol | undefined;
}

export function createSimulatedQueue<Message>({
  time,
  random,
  receivers,
}: QueuePorts<Message>): SimulatedQueue<Message> {
  const seen = new Set<string>();
  const entries = new Set<Entry<Message>>();
  const deadLetters: Message[] = [];

  const release = (entry: Entry<Message>, lock: symbol): void => {
    if (entry.lock !== lock) return;
    entry.lock = undefined;
    give(entry);
  };
  const watch = (entry: Entry<Message>, lock: symbol, process: SimulatedProcess): void => {
    time.at(time.now() + LOCK_MS, () => {
      if (entry.lock !== lock || !entries.has(entry)) return;
      // The host renews the lock as long as it is running.
      if (process.isAlive() && !process.isFrozen()) watch(entry, lock, process);
      else release(entry, lock);
    });
  };
  // What is given out in one moment comes as a batch: to one process, almost at once, in any order.
  let batch: { readonly atMs: number; readonly receiver: Receiver<Message>; readonly arrivesMs: number } | undefined;
  const give = (entry: Entry<Message>): void => {
    const running = receivers();
    if (batch?.atMs !== time.now() || !running.includes(batch.receiver)) {
      const receiver = running[Math.floor(random.next() * running.length)];
      batch = receiver && { atMs: time.now(), receiver, arrivesMs: time.now() + random.between(1, 15) };
    }
    if (batch === undefined) {
      time.at(time.now() + WITHOUT_RECEIVER_MS, () => give(entry));
      return;
    }
    if (entry.deliveryCount === MAX_DELIVERIES) {
      entries.delete(entry);
      deadLetters.push(entry.message);
      return;
    }
    entry.deliveryCount += 1;
    const lock = Symbol('lock');
    entry.lock = lock;
    const { receiver, arrivesMs } = batch;
    const { process } = receiver;
    const arrival = { deliveryCount: entry.deliveryCount, enqueuedAtMs: entry.enqueuedAtMs };
    watch(entry, lock, process);
    const settle = (): Promise<void> =>
      process.request(
        'settle',
        () => ({ thereMs: 1, backMs: 1 }),
        () => {
          if (entry.lock === lock) entries.delete(entry);
        },
      );
    process.later(arrivesMs + random.between(0, BATCH_MS), () => {
      receiver
        .handle(entry.message, arrival)
        .then(settle)
        .catch(() => time.at(time.now() + 50, () => release(entry, lock)));
    });
  };

  return {
    deadLetters,
    pending: () => [...entries].map(({ message }) => message),
    put(messageId, message, atMs = 0) {
      if (seen.has(messageId)) return false;
      seen.add(messageId);
      const enqueuedAtMs = Math.max(time.now(), atMs);
      const entry: Entry<Message> = { message, enqueuedAtMs, deliveryCount: 0, lock: undefined };
      entries.add(entry);
      time.at(enqueuedAtMs, () => give(entry));
      return true;
    },
  };
}
