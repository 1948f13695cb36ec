import { types } from 'rhea';
import { decode, decodeAll, encode, entriesOf, type Typed } from './amqpFrame';
import { openRawBus, receiveFirst, sendOne, type RawBus } from './rawBus';
import { allBorders, attachFrame, type RawClient, type RawReply } from './rawClient';

const SESSION_FILTER = 'com.microsoft:session-filter';
const SESSION_OVER_MS = 11_000;
const text = (value: string): Typed => types.wrap_string(value);
const paging = { skip: types.wrap_int(0), top: types.wrap_int(100) };

describe.each(allBorders)('$management, %s', (borders) => {
  let raw: RawBus;
  let client: RawClient;
  beforeEach(async () => {
    raw = await openRawBus(borders);
    client = await raw.client();
  });
  afterEach(() => raw.close());

  const ask = (entity: string, operation: string, body: Record<string, unknown>): Promise<RawReply> =>
    client.request({
      address: `${entity}/$management`,
      applicationProperties: { operation: `com.microsoft:${operation}` },
      body: types.wrap_map(body),
    });
  const status = ({ applicationProperties }: RawReply): unknown => applicationProperties.get('statusCode')?.value;
  const condition = ({ applicationProperties }: RawReply): Typed | undefined =>
    applicationProperties.get('errorCondition');
  const rulesOf = ({ body }: RawReply): Typed[] =>
    ((entriesOf(body).get('rules')?.value ?? []) as Typed[]).flatMap(
      (rule) => entriesOf(rule).get('rule-description') ?? [],
    );

  const holdSession = async (id: string, handle: number): Promise<Buffer> => {
    await sendOne(client, 'sessions', 'x', undefined, [...Array<undefined>(9), text(id)]);
    await client.send(
      attachFrame({
        handle,
        source: 'sessions',
        rcvSettleMode: 1,
        filter: types.wrap_symbolic_map({ [SESSION_FILTER]: text(id) }),
      }),
    );
    await client.next('attach');
    return Buffer.alloc(16, 1);
  };

  test('the condition of an error is a symbol', async () => {
    const reply = await ask('settling', 'renew-lock', {
      'lock-tokens': types.wrap_array([Buffer.alloc(16, 1)], 0x98, undefined),
    });
    expect(status(reply)).toBe(410);
    expect(condition(reply)?.value).toBe('com.microsoft:message-lock-lost');
    expect(condition(reply)?.type.name).toMatch(/^Sym/);
  });

  test('the ids of sessions are an array of strings', async () => {
    await sendOne(client, 'sessions', 'x', undefined, [...Array<undefined>(9), text('one')]);
    const ids = entriesOf((await ask('sessions', 'get-message-sessions', paging)).body).get('sessions-ids');
    expect(ids?.type.name).toMatch(/^Array/);
    expect((ids?.value as Typed[]).map(({ value }) => value)).toEqual(['one']);
  });

  test('sessions are those with messages, or those whose state was set after a time', async () => {
    await holdSession('with a message', 1);
    await holdSession('with a state', 2);
    const setAtMs = raw.clock.now();
    await ask('sessions', 'set-session-state', { 'session-id': 'with a state', 'session-state': Buffer.from('s') });
    await raw.clock.advance(1_000);
    const since = async (time: Record<string, unknown>): Promise<unknown> => {
      const reply = await ask('sessions', 'get-message-sessions', { ...paging, ...time });
      const ids = entriesOf(reply.body).get('sessions-ids')?.value;
      return ids === undefined ? status(reply) : (ids as Typed[]).map(({ value }) => value);
    };
    const at = (ms: number): Record<string, unknown> => ({ 'last-updated-time': types.wrap_timestamp(ms) });
    expect(await since({})).toEqual(['with a message', 'with a state']);
    expect(await since(at(253_402_300_800_000))).toEqual(['with a message', 'with a state']);
    expect(await since(at(253_402_300_799_999))).toEqual(['with a message', 'with a state']);
    expect(await since(at(setAtMs - 1))).toEqual(['with a state']);
    expect(await since(at(setAtMs))).toBe(204);
  });

  test.each(['completed', 'abandoned', 'suspended'])(
    'settling (%s) a message of a session that is lost is refused because of the session',
    async (disposition) => {
      await holdSession('lost', 1);
      await raw.clock.advance(SESSION_OVER_MS);
      const reply = await ask('sessions', 'update-disposition', {
        'session-id': 'lost',
        'lock-tokens': types.wrap_array([Buffer.alloc(16, 1)], 0x98, undefined),
        'disposition-status': disposition,
      });
      expect([status(reply), condition(reply)?.value]).toEqual([410, 'com.microsoft:session-lock-lost']);
    },
  );

  test('properties to modify keep their AMQP types', async () => {
    await sendOne(client, 'settling', 'x');
    const { fields } = await receiveFirst(client, 'settling', 1);
    const tag = fields[2]?.value as Buffer;
    const token = Buffer.from(tag);
    token.subarray(0, 4).reverse();
    token.subarray(4, 6).reverse();
    token.subarray(6, 8).reverse();
    const reply = await ask('settling', 'update-disposition', {
      'lock-tokens': types.wrap_array([token], 0x98, undefined),
      'disposition-status': 'abandoned',
      'properties-to-modify': types.wrap_map({ long: types.wrap_long(5), uuid: types.wrap_uuid(Buffer.alloc(16, 7)) }),
    });
    expect(status(reply)).toBe(200);
    const again = await receiveFirst(client, 'settling', 2);
    const properties = entriesOf(decodeAll(again.payload).find(({ descriptor }) => descriptor?.value === 0x74));
    expect(properties.get('long')?.type.name).toMatch(/Long/);
    expect(properties.get('uuid')?.type.name).toBe('Uuid');
  });

  test.each([['receive-by-sequence-number', { 'sequence-numbers': types.wrap_array([1], 0x81, undefined) }]])(
    '%s is refused for good',
    async (operation, body) => {
      const reply = await ask('settling', operation, body);
      expect([status(reply), condition(reply)?.value]).toEqual([404, 'amqp:not-allowed']);
    },
  );

  test('an operation that nobody knows is answered 501', async () => {
    expect(status(await ask('settling', 'make-coffee', {}))).toBe(501);
  });

  describe('rules', () => {
    const add = (name: string, description: Record<string, unknown>): Promise<RawReply> =>
      ask('filtered/Subscriptions/rules', 'add-rule', { 'rule-name': name, 'rule-description': description });
    const listed = async (name: string): Promise<Typed[]> => {
      const rules = rulesOf(await ask('filtered/Subscriptions/rules', 'enumerate-rules', paging));
      const found = rules.find(({ value }) => (value as Typed[])[2]?.value === name);
      return found?.value as Typed[];
    };

    test('an action of no fields is none', async () => {
      expect(status(await add('acting', { 'sql-filter': { expression: '1=1' }, 'sql-rule-action': {} }))).toBe(200);
    });

    test('an action is refused for good', async () => {
      const reply = await add('acting', {
        'sql-filter': { expression: '1=1' },
        'sql-rule-action': { expression: "SET a = 'b'" },
      });
      expect([status(reply), condition(reply)?.value]).toEqual([404, 'amqp:not-allowed']);
    });

    test.each([
      ['1=1', 0x13_7000_0007],
      ['1=0', 0x13_7000_0008],
      ['a = 1', 0x13_7000_0006],
    ])('the filter %s is listed as what it is', async (expression, code) => {
      await add('one', { 'sql-filter': { expression } });
      expect((await listed('one'))[0]?.descriptor?.value).toBe(code);
    });

    test('values of a correlation filter are listed with the AMQP types they were given with', async () => {
      await add('typed', {
        'correlation-filter': {
          properties: types.wrap_map({
            long: types.wrap_long(5),
            double: types.wrap_double(5),
            uuid: types.wrap_uuid(Buffer.alloc(16, 7)),
          }),
        },
      });
      const properties = entriesOf(((await listed('typed'))[0]?.value as Typed[])[8]);
      expect(properties.get('long')?.type.name).toMatch(/Long/);
      expect(properties.get('double')?.type.name).toBe('Double');
      expect(properties.get('uuid')?.type.name).toBe('Uuid');
    });

    const largeLong = (): Typed => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(2n ** 60n + 1n);
      return types.wrap_long(bytes);
    };
    test.each([
      ['a Guid', types.wrap_uuid(Buffer.alloc(16, 7)) as Typed],
      ['a long beyond 2^53', largeLong()],
      ['a boolean in its one-byte form', decode(Buffer.from([0x56, 1]))],
    ])('a correlation filter on %s matches a message with the same', async (_, value) => {
      await ask('filtered/Subscriptions/rules', 'remove-rule', { 'rule-name': '$Default' });
      await add('equal', { 'correlation-filter': { properties: types.wrap_map({ wanted: value }) } });
      await sendOne(client, 'filtered', 'x', types.wrap_map({ wanted: decode(encode(value)) }));
      expect(raw.bus.entities()['filtered/Subscriptions/rules']).toMatchObject({ active: 1 });
    });

    test('in SQL a boolean in its one-byte form is a boolean', async () => {
      await ask('filtered/Subscriptions/rules', 'remove-rule', { 'rule-name': '$Default' });
      await add('flag', { 'sql-filter': { expression: 'flag = TRUE' } });
      const flag = Buffer.concat([encode(text('flag')), Buffer.from([0x56, 1])]);
      const map = Buffer.concat([Buffer.from([0xc1, flag.length + 1, 2]), flag]);
      await sendOne(client, 'filtered', 'x', decode(map));
      expect(raw.bus.entities()['filtered/Subscriptions/rules']).toMatchObject({ active: 1 });
    });
  });
});
