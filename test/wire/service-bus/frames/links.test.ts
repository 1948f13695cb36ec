import { types } from 'rhea';
import { decodeAll, described, entriesOf, frame, type Typed } from './amqpFrame';
import { openRawBus, sendOne, type RawBus } from './rawBus';
import { allBorders, attachFrame, beginFrame, creditFrame, section, transferFrame, dataMessage } from './rawClient';

const SESSION_FILTER = 'com.microsoft:session-filter';
/** The descriptor that Microsoft's Go library gives a session filter. */
const DESCRIBED_FILTER = 0x13_7000_000c;
/** The filter by which .NET asks for no session in particular and for messages of all. */
const LIST_FILTER = 0x13_7000_000e;

const filterOf = (value: Typed): Typed => types.wrap_symbolic_map({ [SESSION_FILTER]: value });
const addressIn = (terminus: Typed | undefined): unknown => (terminus?.value as Typed[] | undefined)?.[0]?.value;
const sourceFilter = (terminus: Typed | undefined): Map<string, Typed> =>
  entriesOf((terminus?.value as Typed[] | undefined)?.[7]);

describe.each(allBorders)('links, %s', (borders) => {
  let raw: RawBus;
  beforeAll(async () => {
    raw = await openRawBus(borders);
  });
  afterAll(() => raw.close());

  test.each(['$cbs', 'sending/$management'])('the settle modes of a reply link of %s are echoed', async (source) => {
    const client = await raw.client();
    await client.send(attachFrame({ handle: 1, source, sndSettleMode: 1, rcvSettleMode: 0 }));
    const { fields } = await client.next('attach');
    expect([fields[3]?.value, fields[4]?.value]).toEqual([1, 0]);
  });

  test.each([
    'amqps://localhost/sending',
    'amqp://localhost:5672/sending',
    'sb://localhost/Sending',
    '/sending',
    'sending',
  ])('the address %s leads to the queue, and is echoed as it was given', async (address) => {
    const client = await raw.client();
    await client.send(attachFrame({ handle: 1, target: address }), attachFrame({ handle: 2, source: address }));
    const [sending, receiving] = [await client.next('attach'), await client.next('attach')];
    expect(addressIn(sending.fields[6])).toBe(address);
    expect(addressIn(receiving.fields[5])).toBe(address);
  });

  test('the reply link of a node is found by the address as it was given', async () => {
    const client = await raw.client();
    const reply = await client.request({
      address: 'amqps://localhost/sending/$management',
      replyTo: 'amqps://localhost/sending/$management',
      applicationProperties: { operation: 'com.microsoft:peek-message' },
      body: types.wrap_map({
        'from-sequence-number': types.wrap_long(1),
        'message-count': types.wrap_int(1),
      }),
    });
    expect(reply.applicationProperties.get('statusCode')?.value).toBe(204);
  });

  test('a session filter is echoed described where it was described, and plain where it was plain', async () => {
    const client = await raw.client();
    await client.send(
      attachFrame({
        handle: 1,
        source: 'sessions',
        filter: filterOf(section(DESCRIBED_FILTER, types.wrap_string(`${borders} a`))),
      }),
      attachFrame({ handle: 2, source: 'sessions', filter: filterOf(types.wrap_string(`${borders} b`)) }),
    );
    const [one, other] = [await client.next('attach'), await client.next('attach')].map(({ fields }) =>
      sourceFilter(fields[5]).get(SESSION_FILTER),
    );
    expect([one?.descriptor?.value, one?.value]).toEqual([DESCRIBED_FILTER, `${borders} a`]);
    expect([other?.descriptor, other?.value]).toEqual([undefined, `${borders} b`]);
  });

  test('the empty text is the id of a session like any other', async () => {
    const client = await raw.client();
    await client.send(attachFrame({ handle: 1, source: 'sessions', filter: filterOf(types.wrap_string('')) }));
    const { fields } = await client.next('attach');
    expect(sourceFilter(fields[5]).get(SESSION_FILTER)?.value).toBe('');
  });

  test('credit that comes with the attach brings no message before the attach is answered', async () => {
    const client = await raw.client();
    await sendOne(client, 'receiving', 'early');
    await client.send(
      attachFrame({ handle: 1, source: 'receiving', sndSettleMode: 1 }),
      creditFrame({ handle: 1, credit: 5 }),
    );
    const { fields } = await client.next('attach');
    expect(fields[2]?.value).toBe(false);
    await client.next('transfer');
  });

  test('so it is where the session, too, begins in that packet', async () => {
    const client = await raw.client();
    await sendOne(client, 'peeking', 'early');
    await client.send(
      beginFrame(7),
      attachFrame({ channel: 7, handle: 1, source: 'peeking', sndSettleMode: 1 }),
      creditFrame({ channel: 7, handle: 1, credit: 5 }),
    );
    const begin = await client.next('begin');
    expect(begin.fields[0]?.value).toBe(7);
    await client.next('attach');
    expect((await client.next('transfer')).channel).toBe(begin.channel);
  });

  test('credit that comes before the next session is there brings its messages', async () => {
    const client = await raw.client();
    const sender = await raw.client();
    await client.send(
      attachFrame({
        handle: 1,
        source: 'next-sessions',
        filter: filterOf(types.wrap(null)),
        sndSettleMode: 1,
      }),
      creditFrame({ handle: 1, credit: 5 }),
    );
    await sendOne(sender, 'next-sessions', 'late', undefined, [
      ...Array<undefined>(9),
      types.wrap_string(`${borders} next`),
    ]);
    await client.next('attach');
    await client.next('transfer');
  });

  test('a sender and a receiver of one name in one session are two links', async () => {
    const client = await raw.client();
    await client.send(
      attachFrame({ handle: 1, name: 'same', target: 'draining' }),
      attachFrame({ handle: 2, name: 'same', source: 'draining', sndSettleMode: 1 }),
      transferFrame({ handle: 1, deliveryId: client.nextDeliveryId() }, dataMessage('x')),
      creditFrame({ handle: 2, credit: 1 }),
    );
    const { payload } = await client.next('transfer');
    expect(decodeAll(payload).find(({ descriptor }) => descriptor?.value === 0x75)?.value).toEqual(Buffer.from('x'));
  });

  test('a receiver of all sessions is refused as not implemented, which is how .NET knows that it is not supported', async () => {
    const client = await raw.client();
    await client.send(
      attachFrame({
        handle: 1,
        source: 'sessions',
        filter: types.wrap_symbolic_map({
          'com.microsoft:session-filter-list': section(LIST_FILTER, types.wrap_list([])),
        }),
      }),
    );
    const { fields } = await client.next('detach');
    expect(JSON.stringify(fields[2])).toContain('amqp:not-implemented');
  });

  test('transactions are refused by a sentence', async () => {
    const client = await raw.client();
    await client.send(
      frame(0, 'attach', [
        types.wrap_string('coordinator'),
        types.wrap_uint(1),
        types.wrap_boolean(false),
        undefined,
        undefined,
        described(0x28, [types.wrap_string('here')]),
        described(0x30, []),
        undefined,
        undefined,
        types.wrap_uint(0),
      ]),
    );
    const { fields } = await client.next('detach');
    expect(JSON.stringify(fields[2])).toMatch(/amqp:not-implemented.*[Tt]ransactions/);
  });
});
