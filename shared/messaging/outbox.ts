import { RelayError } from '../errors/relayError';
import type { EncodedMessage } from './encodedMessage';
import { withTraceProperties } from './traceProperties';

/** The way to one entity of the bus. */
export interface BusSender {
  /**
   * Sends as one batch as many of the first messages as fit in one, and resolves with their number once the bus has
   * accepted them: 0 when the first alone does not fit. All of a batch is accepted or none of it. Settles within the
   * send time-out. Errors: `busUnavailable` (the outcome is not known, or not good: try again), `busRefused` and
   * `messageTooLarge` (something in the batch is refused for good).
   */
  sendFirst(messages: readonly EncodedMessage[]): Promise<number>;
}

/** Where callers leave what is to be sent; callers that come at the same time share batches. */
export interface Outbox<Item> {
  /**
   * Resolves when the bus has accepted every item, in the order given. Rejects with `busUnavailable` as soon as one send
   * fails for that reason; so do all calls that wait meanwhile, since they would wait for the same.
   */
  send(items: readonly Item[]): Promise<void>;
  /** Resolves when nothing is being sent any more; what waits, and what comes later, is rejected. */
  close(): Promise<void>;
}

export interface OutboxOptions<Item> {
  readonly sender: BusSender;
  readonly encode: (item: Item) => EncodedMessage;
  /** Asked when the bus refuses an item for good: what to send in its place, if anything. A rejection fails the send. */
  readonly replace: (item: Item, refusal: RelayError) => Promise<Item | undefined>;
}

/** Enough to keep the bus busy while the next batch gathers; more would only make the batches smaller. */
const SENDS_IN_FLIGHT = 4;

/** About what fits in one batch of 256 KiB. */
const ITEMS_PER_SEND = 100;

interface Entry<Item> {
  readonly item: Item;
  readonly message: EncodedMessage;
  /** Refused on its own once already. */
  refusedBefore?: true;
}

interface Call<Item> {
  readonly entries: readonly Entry<Item>[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Batches by itself: what comes in one turn of the event loop goes out together, and while sends are in flight the next
 * batch gathers. No timer, so an idle outbox adds no latency. The items of one call stay in one send, whose batches
 * follow one another, so their order holds whatever is split, replaced or refused.
 */
export function createOutbox<Item>(options: OutboxOptions<Item>): Outbox<Item> {
  let waiting: Call<Item>[] = [];
  const inFlight = new Set<Promise<void>>();
  let scheduled: NodeJS.Immediate | undefined;
  let closed = false;

  function schedule(): void {
    if (scheduled !== undefined || waiting.length === 0 || inFlight.size >= SENDS_IN_FLIGHT) return;
    scheduled = setImmediate(() => {
      scheduled = undefined;
      while (waiting.length > 0 && inFlight.size < SENDS_IN_FLIGHT) start(takeCalls(waiting));
    });
  }

  function start(calls: readonly Call<Item>[]): void {
    const sending = deliver(calls).finally(() => {
      inFlight.delete(sending);
      schedule();
    });
    inFlight.add(sending);
  }

  async function deliver(calls: readonly Call<Item>[]): Promise<void> {
    try {
      await settleAll(
        calls.flatMap((call) => call.entries),
        options,
      );
      for (const call of calls) call.resolve();
    } catch (error) {
      for (const call of calls) call.reject(error);
      rejectWaiting(error);
    }
  }

  function rejectWaiting(error: unknown): void {
    const calls = waiting;
    waiting = [];
    for (const call of calls) call.reject(error);
  }

  return {
    send(items) {
      if (closed) return Promise.reject(closing());
      if (items.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiting.push({ entries: items.map((item) => toEntry(item, options)), resolve, reject });
        schedule();
      });
    },
    async close() {
      closed = true;
      rejectWaiting(closing());
      await Promise.all(inFlight);
    },
  };
}

/** Takes from the front as many calls as make up one send. */
function takeCalls<Item>(waiting: Call<Item>[]): Call<Item>[] {
  let calls = 0;
  let items = 0;
  for (const call of waiting) {
    calls += 1;
    items += call.entries.length;
    if (items >= ITEMS_PER_SEND) break;
  }
  return waiting.splice(0, calls);
}

function toEntry<Item>(item: Item, { encode }: OutboxOptions<Item>): Entry<Item> {
  return { item, message: withTraceProperties(encode(item)) };
}

/** Resolves when the bus has accepted each entry, or what replaces it; rejects where a send fails. */
async function settleAll<Item>(entries: readonly Entry<Item>[], options: OutboxOptions<Item>): Promise<void> {
  let rest = entries;
  while (rest.length > 0) rest = rest.slice(await settleFirst(rest, options));
}

/** Settles at least the first entry, and resolves with how many. A refused batch is halved until the culprit is alone. */
async function settleFirst<Item>(entries: readonly Entry<Item>[], options: OutboxOptions<Item>): Promise<number> {
  const refusal = await refusalOf(entries, options);
  if (typeof refusal === 'number') return refusal;
  const [first] = entries;
  if (first === undefined) return 0;
  if (entries.length > 1) return settleFirst(entries.slice(0, Math.ceil(entries.length / 2)), options);
  // The SDK reports a delivery that the bus only released, as when it shuts down, as it does a rejected one: ask twice.
  if (refusal.code === 'busRefused' && first.refusedBefore === undefined)
    return settleFirst([{ ...first, refusedBefore: true }], options);
  const replacement = await options.replace(first.item, refusal);
  return replacement === undefined ? 1 : settleFirst([toEntry(replacement, options)], options);
}

/** How many were accepted, or why something among them never will be. */
async function refusalOf<Item>(
  entries: readonly Entry<Item>[],
  { sender }: OutboxOptions<Item>,
): Promise<number | RelayError> {
  try {
    const accepted = await sender.sendFirst(entries.map((entry) => entry.message));
    if (accepted > 0) return accepted;
  } catch (error) {
    if (error instanceof RelayError && !error.retryable) return error;
    throw error;
  }
  // The first does not fit in a batch of its own: no need to halve.
  return new RelayError('messageTooLarge', 'The message is larger than Service Bus takes.');
}

function closing(): RelayError {
  return new RelayError('busUnavailable', 'The relay is shutting down.');
}
