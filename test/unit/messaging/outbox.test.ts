import { RelayError } from '../../../shared/errors/relayError';
import { createOutbox, type BusSender, type Outbox } from '../../../shared/messaging/outbox';
import type { EncodedMessage } from '../../../shared/messaging/encodedMessage';

/** A bus entity in memory: holds what it is sent until the test answers, and remembers what it has accepted, in order. */
class HeldSender implements BusSender {
  readonly accepted: string[] = [];
  readonly batches: string[][] = [];
  /** Messages that fit in one batch. */
  capacity = Infinity;
  /** What the bus has against a message, alone and in company. */
  objection: (id: string) => RelayError | undefined = () => undefined;
  readonly tooLarge = new Set<string>();
  private held: (() => void)[] = [];
  private holding = false;

  hold(): void {
    this.holding = true;
  }

  /** Answers what is held, oldest first, and holds no more. */
  async release(): Promise<void> {
    this.holding = false;
    const held = this.held;
    this.held = [];
    for (const answer of held) answer();
    await turns();
  }

  async sendFirst(messages: readonly EncodedMessage[]): Promise<number> {
    const ids = messages.map((message) => message.messageId);
    if (this.tooLarge.has(ids[0] ?? '')) return 0;
    const fits = ids.findIndex((id, index) => index >= this.capacity || this.tooLarge.has(id));
    const batch = fits < 0 ? ids : ids.slice(0, fits);
    this.batches.push(batch);
    if (this.holding) await new Promise<void>((resolve) => this.held.push(resolve));
    for (const id of batch) {
      const objection = this.objection(id);
      if (objection !== undefined) throw objection;
    }
    this.accepted.push(...batch);
    return batch.length;
  }
}

const refused = new RelayError('busRefused', 'refused');
const unavailable = new RelayError('busUnavailable', 'unavailable');
const turns = async (): Promise<void> => {
  for (let cycle = 0; cycle < 10; cycle += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};
const encode = (id: string): EncodedMessage => ({ body: Buffer.from(id), messageId: id });
const many = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index)}`);

function setUp(replacements: Record<string, string> = {}): {
  sender: HeldSender;
  outbox: Outbox<string>;
  gone: [string, string][];
} {
  const sender = new HeldSender();
  const gone: [string, string][] = [];
  const outbox = createOutbox<string>({
    sender,
    encode,
    replace: (id, refusal) => {
      if (!(id in replacements)) gone.push([id, refusal.code]);
      return Promise.resolve(replacements[id]);
    },
  });
  return { sender, outbox, gone };
}

describe('batches', () => {
  it('sends what comes in one turn of the event loop together, in the order it came', async () => {
    const { sender, outbox } = setUp();

    await Promise.all([outbox.send(['a1', 'a2']), outbox.send(['b1']), outbox.send(['c1', 'c2'])]);

    expect(sender.batches).toEqual([['a1', 'a2', 'b1', 'c1', 'c2']]);
  });

  it('gathers the next batch while sends are in flight', async () => {
    const { sender, outbox } = setUp();
    sender.hold();
    const sends: Promise<void>[] = [];
    for (const id of many('account', 10)) {
      sends.push(outbox.send([id]));
      await turns();
    }
    const inFlight = sender.batches.length;

    await sender.release();
    await Promise.all(sends);

    expect(sender.batches.slice(0, inFlight).every((batch) => batch.length === 1)).toBe(true);
    expect(sender.batches.slice(inFlight)).toEqual([many('account', 10).slice(inFlight)]);
  });

  it('sends nothing for nothing', async () => {
    const { sender, outbox } = setUp();

    await outbox.send([]);

    expect(sender.batches).toEqual([]);
  });

  it('resolves only when everything of the call has been accepted', async () => {
    const { sender, outbox } = setUp();
    sender.capacity = 2;
    sender.hold();
    let settled = false;
    const send = outbox.send(many('a', 5)).then(() => (settled = true));
    await turns();

    expect([sender.batches, settled]).toEqual([[['a0', 'a1']], false]);
    await sender.release();
    await send;

    expect(sender.accepted).toEqual(many('a', 5));
  });
});

describe('order', () => {
  it.each([1, 2, 7, 100])('holds within every call when a batch takes %d', async (capacity) => {
    const { sender, outbox } = setUp();
    sender.capacity = capacity;
    const accounts = many('account', 20).map((account) => many(`${account}-`, 30));

    await Promise.all(accounts.map((events) => outbox.send(events)));

    for (const events of accounts) expect(sender.accepted.filter((id) => events.includes(id))).toEqual(events);
    expect(sender.accepted).toHaveLength(600);
  });

  it('holds around an item that is replaced', async () => {
    const { sender, outbox } = setUp({ b: 'b-small' });
    sender.tooLarge.add('b');

    await outbox.send(['a', 'b', 'c']);

    expect(sender.accepted).toEqual(['a', 'b-small', 'c']);
  });
});

describe('an item refused for good', () => {
  it.each([1, 2, 3, 50, 100])('is found among %d and harms no other', async (count) => {
    for (const culprit of new Set([0, Math.floor(count / 2), count - 1])) {
      const { sender, outbox, gone } = setUp();
      const ids = many('a', count);
      sender.objection = (id) => (id === `a${String(culprit)}` ? refused : undefined);

      await outbox.send(ids);

      expect(gone).toEqual([[`a${String(culprit)}`, 'busRefused']]);
      expect(sender.accepted).toEqual(ids.filter((_, index) => index !== culprit));
    }
  });

  it('is asked about twice before it is believed, since a bus that shuts down releases what it would have taken', async () => {
    const { sender, outbox, gone } = setUp();
    const answers = [refused, unavailable];
    sender.objection = () => answers.shift();

    await expect(outbox.send(['a'])).rejects.toBe(unavailable);

    expect(gone).toEqual([]);
  });

  it('does not stop the others when several are refused', async () => {
    const { sender, outbox, gone } = setUp();
    const ids = many('a', 40);
    sender.objection = (id) => (['a3', 'a4', 'a39'].includes(id) ? refused : undefined);
    sender.tooLarge.add('a20');

    await outbox.send(ids);

    expect(gone).toEqual([
      ['a3', 'busRefused'],
      ['a4', 'busRefused'],
      ['a20', 'messageTooLarge'],
      ['a39', 'busRefused'],
    ]);
    expect(sender.accepted).toHaveLength(36);
  });

  it('fails the call when it can be neither sent nor replaced', async () => {
    const sender = new HeldSender();
    sender.tooLarge.add('a');
    const outbox = createOutbox<string>({ sender, encode, replace: () => Promise.reject(unavailable) });

    await expect(outbox.send(['a'])).rejects.toBe(unavailable);
  });
});

describe('a bus that is unavailable', () => {
  it('fails the calls in flight and those that wait, and serves the next ones', async () => {
    const { sender, outbox } = setUp();
    sender.hold();
    sender.objection = () => unavailable;
    const sends: Promise<void>[] = [];
    for (const id of many('a', 8)) {
      sends.push(outbox.send([id]));
      await turns();
    }
    const outcomes = Promise.allSettled(sends);

    await sender.release();

    expect((await outcomes).map((outcome) => outcome.status)).toEqual(Array(8).fill('rejected'));
    sender.objection = () => undefined;
    await outbox.send(['later']);
    expect(sender.accepted).toEqual(['later']);
  });
});

describe('close', () => {
  it('lets what is in flight end, and rejects what waits and what comes later', async () => {
    const { sender, outbox } = setUp();
    sender.hold();
    const first = outbox.send(['in flight']);
    await turns();
    const waiting = outbox.send(['waiting']);
    const refusal = expect(waiting).rejects.toMatchObject({ code: 'busUnavailable' });

    const closed = outbox.close();
    await sender.release();

    await Promise.all([first, refusal, closed]);
    await expect(outbox.send(['late'])).rejects.toMatchObject({ code: 'busUnavailable' });
    expect(sender.accepted).toEqual(['in flight']);
  });
});
