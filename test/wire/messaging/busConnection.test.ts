import { createBusConnection, type BusConnection } from '../../../shared/messaging/busConnection';
import { MAX_OPEN_SENDERS } from '../../../shared/messaging/openSenders';
import { openServiceBus } from '../../../shared/messaging/openServiceBus';
import { createFakeClock } from '../../support/fakeClock';
import { startScriptedBus, type ScriptedBus } from '../../support/scriptedBus';

const noIdentity = (): never => {
  throw new Error('A connection string needs no identity.');
};
const replyQueues = Array.from({ length: MAX_OPEN_SENDERS + 4 }, (_, index) => `reply-${String(index)}`);

let bus: ScriptedBus;
let connection: BusConnection;

beforeEach(async () => {
  bus = await startScriptedBus();
  connection = createBusConnection(() => openServiceBus(bus, noIdentity), createFakeClock());
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
