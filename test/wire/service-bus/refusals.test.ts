import type { ServiceBusClient } from '@azure/service-bus';
import { empty, receiveOne } from './receiveAll';
import { localOnly, openTestBus, type TestBus } from './testBus';

/** The lock duration of the queue, and a moment more. */
const LOCK_OVER_MS = 61_000;

localOnly('what the local bus does not do, it says', () => {
  let bus: TestBus;
  let client: ServiceBusClient;

  beforeAll(async () => {
    bus = await openTestBus();
    client = bus.client();
  });
  afterEach(() => empty(client, 'refusing', bus.noneWithinMs));
  afterAll(() => bus.close());

  const refusal = {
    name: 'ServiceBusError',
    code: 'GeneralError',
    message: expect.stringMatching(/not supported by this local Service Bus/) as unknown,
  };

  test('deferring; the message stays locked, and comes again when the lock runs out', async () => {
    await client.createSender('refusing').sendMessages({ body: 'x' });
    const receiver = client.createReceiver('refusing');
    const message = await receiveOne(receiver);
    await expect(receiver.deferMessage(message)).rejects.toMatchObject(refusal);
    expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: bus.noneWithinMs })).toEqual([]);
    await bus.pass(LOCK_OVER_MS);
    expect(await receiveOne(receiver)).toMatchObject({ body: 'x', deliveryCount: 1 });
    await receiver.close();
    await bus.pass(LOCK_OVER_MS);
  });

  test('receiving deferred messages', async () => {
    const sender = client.createSender('refusing');
    const [number] = await sender.scheduleMessages([{ body: 'x' }], bus.fromNow(60_000));
    if (number === undefined) throw new Error('No sequence number was returned.');
    await expect(client.createReceiver('refusing').receiveDeferredMessages(number)).rejects.toMatchObject(refusal);
    await sender.cancelScheduledMessages(number);
  });

  test('rules with actions', async () => {
    const rules = client.createRuleManager('filtered', 'rules');
    await expect(
      rules.createRule('acting', { sqlExpression: '1=1' }, { sqlExpression: "SET a = 'b'" }),
    ).rejects.toMatchObject(refusal);
  });

  test('the administration API: the port answers HTTP with 501', async () => {
    const { port } = new URL((/Endpoint=sb:(\/\/[^;/]*)/.exec(bus.connectionString)?.[1] ?? '').replace(/^/, 'http:'));
    const response = await fetch(`http://127.0.0.1:${port}/$Resources/queues?api-version=2021-05`);
    expect(response.status).toBe(501);
    expect(await response.text()).toMatch(/not supported by this local Service Bus/);
  });
});
