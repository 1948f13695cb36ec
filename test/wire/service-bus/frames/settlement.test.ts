import { types } from 'rhea';
import { decode, decodeAll, described, entriesOf, type Frame, type Typed } from './amqpFrame';
import { openRawBus, receiveFirst, sendOne, type RawBus } from './rawBus';
import { allBorders, attachFrame, creditFrame, detachFrame, dispositionFrame } from './rawClient';

const LOCK_OVER_MS = 6_000;

const accepted = described(0x24, []);
const modified = (undeliverableHere?: Typed, annotations?: Typed): Typed =>
  described(0x27, [undefined, undeliverableHere, annotations]);
const rejected = (info?: Typed): Typed =>
  described(0x25, [described(0x1d, [types.wrap_symbol('com.microsoft:dead-letter'), undefined, info])]);

/** The outcome of a disposition frame: its descriptor, and its fields. */
const outcomeOf = ({ fields }: Frame): { code: unknown; fields: readonly Typed[] } => ({
  code: fields[4]?.descriptor?.value,
  fields: (fields[4]?.value ?? []) as readonly Typed[],
});
const applicationProperties = ({ payload }: Frame): Map<string, Typed> =>
  entriesOf(decodeAll(payload).find(({ descriptor }) => descriptor?.value === 0x74));
const deliveryId = ({ fields }: Frame): number => Number(fields[1]?.value);

describe.each(allBorders)('settlement, %s', (borders) => {
  let raw: RawBus;
  beforeEach(async () => {
    raw = await openRawBus(borders);
  });
  afterEach(() => raw.close());

  test.each([
    ['complete', accepted, 0x24],
    ['abandon', modified(), 0x27],
    ['dead-letter', rejected(), 0x25],
    ['release', described(0x26, []), 0x26],
  ])('%s is answered with the outcome that the client gave, without an error', async (_, state, code) => {
    const client = await raw.client();
    await sendOne(client, 'settling', 'x');
    const transfer = await receiveFirst(client, 'settling', 1);
    await client.send(dispositionFrame(deliveryId(transfer), state));
    const outcome = outcomeOf(await client.next('disposition'));
    expect(outcome.code).toBe(code);
    expect(outcome.fields.filter(({ value }) => value !== null)).toEqual([]);
  });

  test('outcomes of one packet are answered in frames of their own', async () => {
    const client = await raw.client();
    for (const body of ['1', '2', '3']) await sendOne(client, 'settling', body);
    await client.send(attachFrame({ handle: 1, source: 'settling', rcvSettleMode: 1 }));
    await client.next('attach');
    await client.send(creditFrame({ handle: 1, credit: 3 }));
    const ids = [await client.next('transfer'), await client.next('transfer'), await client.next('transfer')].map(
      deliveryId,
    );
    const [first = 0, second = 0, third = 0] = ids;
    await client.send(
      dispositionFrame(first, accepted),
      dispositionFrame(second, modified()),
      dispositionFrame(third, rejected()),
    );
    const answers = new Map<number, unknown>();
    while (answers.size < 3) {
      const answer = await client.next('disposition');
      expect(answer.fields[2]?.value ?? answer.fields[1]?.value).toBe(answer.fields[1]?.value);
      answers.set(Number(answer.fields[1]?.value), outcomeOf(answer).code);
    }
    expect(ids.map((id) => answers.get(id))).toEqual([0x24, 0x27, 0x25]);
  });

  test('a lock that is lost is answered as rejected, with an error whose third field is a map', async () => {
    const client = await raw.client();
    await sendOne(client, 'settling', 'x');
    const transfer = await receiveFirst(client, 'settling', 1);
    await raw.clock.advance(LOCK_OVER_MS);
    await client.send(dispositionFrame(deliveryId(transfer), accepted));
    const { code, fields } = outcomeOf(await client.next('disposition'));
    expect(code).toBe(0x25);
    const error = fields[0]?.value as readonly Typed[];
    expect(error[0]?.value).toBe('com.microsoft:message-lock-lost');
    expect(error[2]?.type.name).toMatch(/^Map/);
  });

  test('a message that is refused is answered with an error whose third field is a map', async () => {
    const client = await raw.client();
    const { code, fields } = outcomeOf(await sendOne(client, 'sessions', 'without a session'));
    expect(code).toBe(0x25);
    const error = fields[0]?.value as readonly Typed[];
    expect(error).toHaveLength(3);
    expect(error[2]?.type.name).toMatch(/^Map/);
  });

  test('a settlement has its effect where its link ends right after it', async () => {
    const client = await raw.client();
    await sendOne(client, 'settling', 'x');
    const transfer = await receiveFirst(client, 'settling', 1);
    await client.send(dispositionFrame(deliveryId(transfer), accepted, true), detachFrame(1));
    await client.next('detach');
    expect(raw.bus.entities()['settling']).toEqual({ active: 0, locked: 0, scheduled: 0 });
  });

  test.each([
    ['the usual form', types.wrap_boolean(true) as Typed],
    ['the one-byte form', booleanOf(1)],
  ])('deferring, its flag in %s, is refused as not allowed: it is not taken for abandoning', async (_, flag) => {
    const client = await raw.client();
    await sendOne(client, 'settling', 'x');
    const transfer = await receiveFirst(client, 'settling', 1);
    await client.send(dispositionFrame(deliveryId(transfer), modified(flag)));
    const { code, fields } = outcomeOf(await client.next('disposition'));
    expect(code).toBe(0x25);
    expect((fields[0]?.value as readonly Typed[])[0]?.value).toBe('amqp:not-allowed');
    expect(raw.bus.entities()['settling']).toMatchObject({ locked: 1 });
  });

  test('a message that is received and deleted has a tag of 16 bytes', async () => {
    const client = await raw.client();
    await sendOne(client, 'receiving', 'x');
    await client.send(attachFrame({ handle: 1, source: 'receiving', sndSettleMode: 1 }));
    await client.next('attach');
    await client.send(creditFrame({ handle: 1, credit: 1 }));
    const { fields } = await client.next('transfer');
    expect((fields[2]?.value as Buffer).length).toBe(16);
  });

  const typed: Record<string, Typed> = {
    long: types.wrap_long(5),
    large: types.wrap_long(bytesOf(2n ** 53n + 1n)),
    double: types.wrap_double(5),
    uuid: types.wrap_uuid(Buffer.alloc(16, 7)),
    flag: booleanOf(1),
  };
  const typeNames = { long: /Long/, large: /Long/, double: /Double/, uuid: /Uuid/, flag: /Boolean|True/ };

  test.each([
    ['abandoning', 'settling', modified(undefined, types.wrap_symbolic_map(typed) as Typed)],
    ['dead-lettering', 'settling/$DeadLetterQueue', rejected(types.wrap_symbolic_map(typed) as Typed)],
  ])('properties that are set when %s keep their AMQP types', async (_, address, state) => {
    const client = await raw.client();
    await sendOne(client, 'settling', 'x');
    const transfer = await receiveFirst(client, 'settling', 1);
    await client.send(dispositionFrame(deliveryId(transfer), state, true), detachFrame(1));
    await client.next('detach');
    const again = applicationProperties(await receiveFirst(client, address, 2));
    for (const [name, type] of Object.entries(typeNames)) expect(again.get(name)?.type.name).toMatch(type);
    expect(again.get('large')?.value).toEqual(bytesOf(2n ** 53n + 1n));
    expect(again.get('flag')?.value).toBe(true);
  });
});

/** The form of a boolean that has a byte of its own (AMQP 1.0 part 1, 1.6.2). */
function booleanOf(byte: 0 | 1): Typed {
  return decode(Buffer.from([0x56, byte]));
}

function bytesOf(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}
