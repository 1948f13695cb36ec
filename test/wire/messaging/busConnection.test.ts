import { createBusConnection, type BusConnection } from '../../../shared/messaging/busConnection';
import { MAX_OPEN_SENDERS } from '../../../shared/messaging/openSenders';
import { openServiceBus } from '../../../shared/messaging/openServiceBus';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { startScriptedBus, type ScriptedBus } from '../../support/scriptedBus';

const noIdentity = (): never => {
  throw new Error('A connection string needs no identity.');
};
const replyQueues = Array.from({ length: MAX_OPEN_SENDERS + 4 }, (_, index) => `reply-${String(index)}`);

let bus: ScriptedBus;
let connection: BusConnection;
let clock: FakeClock;

beforeEach(async () => {
  bus = await startScriptedBus();
  clock = createFakeClock();
  connection = createBusConnection(() => openServiceBus(bus, noIdentity), clock);
});
afterEach(async () => {
  await connection.close();
  await bus.close();
});

const send = (entity: string, messageId = entity): Promise<number> =>
  connection.sender(entity).sendFirst([{ body: Buffer.from('{}'), messageId }]);

describe('the senders of a connection', () => {
  it('are so many and no more, however many queues are sent to, and those used last stay open', async () => {
    for (const queue of replyQueues) {
      await send('invitation-events', `before ${queue}`);
      await send(queue);
    }
    await bus.linksDownTo(MAX_OPEN_SENDERS);

    expect(bus.links()).toEqual(['invitation-events', ...replyQueues.slice(-MAX_OPEN_SENDERS + 1)]);
    expect(bus.connections()).toBe(1);
  });

  it('are opened again when they are needed again', async () => {
    for (const queue of [...replyQueues, ...replyQueues]) await send(queue);

    expect(bus.accepted).toEqual([...replyQueues, ...replyQueues]);
  });

  it('stay open while a message is on its way, though many others are used meanwhile', async () => {
    await send('slow', 'first');
    bus.answer = ({ entity }) => (entity === 'slow' ? 'silence' : 'accept');
    const unanswered = expect(send('slow', 'second')).rejects.toMatchObject({ code: 'busUnavailable' });
    await bus.arrived(2);

    for (const queue of replyQueues) await send(queue);
    await bus.linksDownTo(MAX_OPEN_SENDERS);

    expect(bus.links()).toEqual(['slow', ...replyQueues.slice(-MAX_OPEN_SENDERS + 1)]);
    await connection.close();
    await unanswered;
  });
});

describe('a send on a link that has answered before', () => {
  const idsOf = (): readonly string[] => bus.batches.flatMap(({ messageIds }) => messageIds);
  /** Leaves the next batches unanswered, and accepts those after. */
  const stayVoiceless = (batches: number): void => {
    bus.answer = () => ((batches -= 1) >= 0 ? 'silence' : 'accept');
  };

  it.each([
    ['is not answered', () => undefined],
    ['loses its connection', () => bus.cut()],
  ])('and %s goes out again on a new connection after a second', async (_, happens) => {
    await send('invitation-events', 'first');
    stayVoiceless(1);
    const second = send('invitation-events', 'second');
    await bus.arrived(2);
    happens();
    await clock.advance(1_000);

    expect(await second).toBe(1);
    expect(idsOf()).toEqual(['first', 'second', 'second']);
    expect(bus.connections()).toBe(2);
  });

  it('goes out again with all others that waited on that connection', async () => {
    for (const queue of ['one', 'two', 'three']) await send(queue);
    stayVoiceless(3);
    const sends = ['one', 'two', 'three'].map((queue) => send(queue, `again ${queue}`));
    await bus.arrived(6);
    await clock.advance(1_000);

    expect(await Promise.all(sends)).toEqual([1, 1, 1]);
    expect(bus.connections()).toBe(2);
    expect([...idsOf().slice(6)].sort()).toEqual(['again one', 'again three', 'again two']);
  });

  it('fails five seconds after its beginning where the new connection is silent too', async () => {
    await send('invitation-events', 'first');
    stayVoiceless(2);
    const second = expect(send('invitation-events', 'second')).rejects.toMatchObject({ code: 'busUnavailable' });
    await bus.arrived(2);
    await clock.advance(1_000);
    await bus.arrived(3);
    await clock.advance(4_000);
    await second;
  });

  it('goes out once where the bus refuses it', async () => {
    await send('invitation-events', 'first');
    bus.answer = () => ({ condition: 'amqp:not-allowed' });
    await expect(send('invitation-events', 'second')).rejects.toMatchObject({ code: 'busRefused' });
    expect(idsOf()).toEqual(['first', 'second']);
  });
});

describe('a connection', () => {
  it('that could not be opened is tried again', async () => {
    let tries = 0;
    const second = createBusConnection(
      () => ((tries += 1) === 1 ? Promise.reject(new Error('no token')) : openServiceBus(bus, noIdentity)),
      createFakeClock(),
    );
    await expect(second.sender('queue').sendFirst([{ body: Buffer.from('{}'), messageId: '1' }])).rejects.toMatchObject(
      { code: 'busUnavailable' },
    );
    expect(await second.sender('queue').sendFirst([{ body: Buffer.from('{}'), messageId: '1' }])).toBe(1);
    await second.close();
  });

  it('that was closed is not opened again by what comes too late', async () => {
    await send('queue');
    await connection.close();
    await expect(send('queue')).rejects.toMatchObject({ code: 'busUnavailable' });
    await bus.linksDownTo(0);
    expect(bus.accepted).toEqual(['queue']);
  });
});
