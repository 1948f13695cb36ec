import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import { randomUUID } from 'node:crypto';
import { empty, receiveExactly, receiveOne } from './receiveAll';
import { openTestBus, type TestBus } from './testBus';

const LOCK_MS = 10_000;
const LOCK_OVER_MS = LOCK_MS + 500;
/** The SDK renews session locks by itself unless told not to. */
const NO_RENEWAL = { maxAutoLockRenewalDurationInMs: 0 };

let bus: TestBus;
let client: ServiceBusClient;
let sender: ServiceBusSender;
let sessionId: string;

beforeAll(async () => {
  bus = await openTestBus();
  client = bus.client();
  sender = client.createSender('sessions');
});
beforeEach(() => {
  sessionId = randomUUID();
});
afterAll(() => bus.close());

const send = (...bodies: readonly unknown[]): Promise<void> =>
  sender.sendMessages(bodies.map((body) => ({ body, sessionId })));

test('a session’s messages come in order, and only those', async () => {
  await sender.sendMessages(
    [1, 2, 3, 4].map((body) => ({ body, sessionId: body % 2 === 0 ? sessionId : `${sessionId}-other` })),
  );
  const receiver = await client.acceptSession('sessions', sessionId, NO_RENEWAL);
  const messages = await receiveExactly(receiver, 2);
  expect(messages).toMatchObject([
    { body: 2, sessionId },
    { body: 4, sessionId },
  ]);
  for (const message of messages) await receiver.completeMessage(message);
  expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: bus.noneWithinMs })).toEqual([]);
  await receiver.close();
});

test('a session may be accepted before it has messages', async () => {
  const receiver = await client.acceptSession('sessions', sessionId, {
    ...NO_RENEWAL,
    receiveMode: 'receiveAndDelete',
  });
  expect(receiver.sessionId).toBe(sessionId);
  await send('x');
  expect(await receiveOne(receiver)).toMatchObject({ body: 'x' });
  await receiver.close();
});

test('a session that another receiver has cannot be accepted; closed, it can be at once, with what was not settled', async () => {
  await send(1, 2);
  const receiver = await client.acceptSession('sessions', sessionId, NO_RENEWAL);
  const [first] = await receiveExactly(receiver, 2);
  await expect(client.acceptSession('sessions', sessionId, NO_RENEWAL)).rejects.toMatchObject({
    name: 'ServiceBusError',
    code: 'SessionCannotBeLocked',
  });
  if (first !== undefined) await receiver.completeMessage(first);
  await receiver.close();
  const next = await client.acceptSession('sessions', sessionId, NO_RENEWAL);
  const again = await receiveOne(next);
  expect(again).toMatchObject({ body: 2, deliveryCount: 0 });
  await next.completeMessage(again);
  await next.close();
});

test('an abandoned message is the session’s first again', async () => {
  await send(1, 2);
  const receiver = await client.acceptSession('sessions', sessionId, NO_RENEWAL);
  await receiver.abandonMessage(await receiveOne(receiver));
  const messages = await receiveExactly(receiver, 2);
  expect(messages).toMatchObject([
    { body: 1, deliveryCount: 1 },
    { body: 2, deliveryCount: 0 },
  ]);
  for (const message of messages) await receiver.completeMessage(message);
  await receiver.close();
});

test('a lock that runs out ends the session for its receiver, and gives its messages to the next one', async () => {
  await send('x');
  const receiver = await client.acceptSession('sessions', sessionId, NO_RENEWAL);
  const message = await receiveOne(receiver);
  await bus.pass(LOCK_OVER_MS);
  await expect(receiver.completeMessage(message)).rejects.toMatchObject({ code: 'SessionLockLost' });
  await expect(receiver.renewSessionLock()).rejects.toMatchObject({ code: 'SessionLockLost' });
  await receiver.close();
  const next = await client.acceptSession('sessions', sessionId, NO_RENEWAL);
  const again = await receiveOne(next);
  expect(again).toMatchObject({ body: 'x', deliveryCount: 1 });
  await next.completeMessage(again);
  await next.close();
});

test('a renewed lock holds for its whole duration again', async () => {
  await send('x');
  const receiver = await client.acceptSession('sessions', sessionId, NO_RENEWAL);
  const message = await receiveOne(receiver);
  const before = receiver.sessionLockedUntilUtc.getTime();
  await bus.pass(LOCK_MS - 1000);
  expect((await receiver.renewSessionLock()).getTime()).toBeGreaterThan(before);
  await bus.pass(LOCK_MS - 1000);
  await receiver.completeMessage(message);
  await receiver.close();
});

test('a session has state, which outlives its receiver and its messages', async () => {
  const receiver = await client.acceptSession('sessions', sessionId, NO_RENEWAL);
  expect(await receiver.getSessionState()).toBeFalsy();
  await receiver.setSessionState({ seen: 3 });
  await receiver.close();
  const next = await client.acceptSession('sessions', sessionId, NO_RENEWAL);
  expect(await next.getSessionState()).toEqual({ seen: 3 });
  await next.setSessionState(null);
  expect(await next.getSessionState()).toBeFalsy();
  await next.close();
});

test('a session is peeked by itself', async () => {
  await sender.sendMessages([{ body: 'other', sessionId: `${sessionId}-other` }]);
  await send(1, 2);
  const receiver = await client.acceptSession('sessions', sessionId, {
    ...NO_RENEWAL,
    receiveMode: 'receiveAndDelete',
  });
  expect(await receiver.peekMessages(10)).toMatchObject([{ body: 1 }, { body: 2 }]);
  await receiveExactly(receiver, 2);
  await receiver.close();
});

test('the deliveries of a session’s message are counted, and the last one dead-letters it', async () => {
  await empty(client, 'sessions', bus.noneWithinMs, 'deadLetter');
  await send('x');
  const receiver = await client.acceptSession('sessions', sessionId, NO_RENEWAL);
  for (let delivery = 0; delivery < 3; delivery += 1) await receiver.abandonMessage(await receiveOne(receiver));
  expect(await empty(client, 'sessions', bus.noneWithinMs, 'deadLetter')).toMatchObject([
    { body: 'x', sessionId, deadLetterReason: 'MaxDeliveryCountExceeded' },
  ]);
  await receiver.close();
});

describe('the next session', () => {
  const acceptNext = (timeoutInMs = 10_000): ReturnType<ServiceBusClient['acceptNextSession']> =>
    bus
      .client({ retryOptions: { maxRetries: 0, timeoutInMs } })
      .acceptNextSession('next-sessions', { ...NO_RENEWAL, receiveMode: 'receiveAndDelete' });

  test('is one that has messages and no receiver', async () => {
    const other = client.createSender('next-sessions');
    await other.sendMessages([
      { body: 1, sessionId: 'a' },
      { body: 2, sessionId: 'b' },
    ]);
    const [first, second] = [await acceptNext(), await acceptNext()];
    expect([first.sessionId, second.sessionId].sort()).toEqual(['a', 'b']);
    for (const receiver of [first, second]) {
      await receiveOne(receiver);
      await receiver.close();
    }
  });

  test('is waited for', async () => {
    const waiting = acceptNext();
    await client.createSender('next-sessions').sendMessages({ body: 'x', sessionId });
    const receiver = await waiting;
    expect(receiver.sessionId).toBe(sessionId);
    expect(await receiveOne(receiver)).toMatchObject({ body: 'x' });
    await receiver.close();
  });

  test('is refused when none comes in time', async () => {
    const outcome = acceptNext(3000).then(
      () => 'accepted',
      (error: unknown) => error,
    );
    // The request is on its way for some time before the bus starts to wait.
    const waiting = Symbol('waiting');
    while ((await Promise.race([outcome, bus.pass(3000).then(() => waiting)])) === waiting);
    expect(await outcome).toMatchObject({ name: 'ServiceBusError', code: 'ServiceTimeout' });
  });
});

test.each([
  // The SDK sees first that it did not get the session, and so does not look at the reason.
  ['by id', () => client.acceptSession('sending', 'x'), 'SessionCannotBeLocked'],
  ['by turn', () => client.acceptNextSession('sending'), 'GeneralError'],
])('a queue that has no sessions refuses one %s', async (_, accept, code) => {
  await expect(accept()).rejects.toMatchObject({ name: 'ServiceBusError', code });
});
