import { systemClock } from '../../../../shared/clock';
import { expectEqual, expectRefusal, only, type CheckGroup } from './check';

const DUPLICATES = 'conformance-duplicates';
const EXPIRING = 'conformance-expiring';
const SCHEDULING = 'conformance-scheduling';
const SOON_MS = 2_000;
const HOUR_MS = 3_600_000;

/** Duplicates, times to live, schedules. */
export const timeChecks: readonly CheckGroup[] = [
  {
    name: 'duplicates',
    entities: [DUPLICATES],
    checks: [
      {
        title: 'a second message of the same id is dropped, and its sender hears of nothing',
        run: async ({ client, send, receive, isEmpty }) => {
          const messageId = `m-${Date.now()}`;
          await send(DUPLICATES, { body: 'first', messageId });
          await send(DUPLICATES, { body: 'second', messageId });
          const receiver = client.createReceiver(DUPLICATES, { receiveMode: 'receiveAndDelete' });
          expectEqual('body', only(await receive(receiver)).body, 'first');
          expectEqual('empty', await isEmpty(receiver), true);
          await receiver.close();
        },
      },
    ],
  },
  {
    name: 'times to live',
    entities: [EXPIRING],
    checks: [
      {
        title: 'a message whose time is over is dead-lettered as TTLExpiredException',
        run: async ({ client, send, receive }) => {
          await send(EXPIRING, { body: 'x', timeToLive: 500 });
          await systemClock.sleep(SOON_MS);
          const receiver = client.createReceiver(EXPIRING, { receiveMode: 'receiveAndDelete' });
          await receiver.receiveMessages(1, { maxWaitTimeInMs: 1000 });
          const dead = client.createReceiver(EXPIRING, {
            subQueueType: 'deadLetter',
            receiveMode: 'receiveAndDelete',
          });
          expectEqual('reason', only(await receive(dead)).deadLetterReason, 'TTLExpiredException');
          await Promise.all([receiver.close(), dead.close()]);
        },
      },
    ],
  },
  {
    name: 'schedules',
    entities: [SCHEDULING],
    checks: [
      {
        title: 'a scheduled message comes at its time',
        run: async ({ client, receive, isEmpty }) => {
          const sender = client.createSender(SCHEDULING);
          const receiver = client.createReceiver(SCHEDULING, { receiveMode: 'receiveAndDelete' });
          const atMs = Date.now() + 2 * SOON_MS;
          await sender.scheduleMessages({ body: 'x' }, new Date(atMs));
          expectEqual('empty before', await isEmpty(receiver), true);
          const message = only(await receive(receiver));
          expectEqual('not early', Date.now() >= atMs - 500, true);
          expectEqual('state', message.state, 'active');
          await Promise.all([sender.close(), receiver.close()]);
        },
      },
      {
        title: 'a scheduled message is seen by a peek as such, and cancelled once',
        run: async ({ client }) => {
          const sender = client.createSender(SCHEDULING);
          const receiver = client.createReceiver(SCHEDULING);
          const [number] = await sender.scheduleMessages([{ body: 'x' }], new Date(Date.now() + HOUR_MS));
          if (number === undefined) throw new Error('no sequence number');
          expectEqual('state', (await receiver.peekMessages(1))[0]?.state, 'scheduled');
          await sender.cancelScheduledMessages(number);
          await expectRefusal('MessageNotFound', sender.cancelScheduledMessages(number));
          await Promise.all([sender.close(), receiver.close()]);
        },
      },
    ],
  },
];
