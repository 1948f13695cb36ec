import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { systemClock } from '../../../../shared/clock';
import { expectEqual, expectRefusal, only, type BusUnderTest, type CheckGroup } from './check';

const SETTLING = 'conformance-settling';
const LOCKS = 'conformance-locks';
const LOCK_OVER_MS = 7_000;

async function deadLetter(bus: BusUnderTest, entity: string): Promise<ServiceBusReceivedMessage> {
  const receiver = bus.client.createReceiver(entity, { subQueueType: 'deadLetter', receiveMode: 'receiveAndDelete' });
  const message = only(await bus.receive(receiver));
  await receiver.close();
  return message;
}

/** What becomes of a message that was received. */
export const settlingChecks: CheckGroup = {
  name: 'settling',
  entities: [SETTLING],
  checks: [
    {
      title: 'an abandoned message comes again, counted, with the properties set on it',
      run: async ({ client, send, receive }) => {
        await send(SETTLING, { body: 'x', applicationProperties: { kept: 1 } });
        const receiver = client.createReceiver(SETTLING);
        await receiver.abandonMessage(only(await receive(receiver)), { added: 'a' });
        const again = only(await receive(receiver));
        expectEqual('deliveryCount', again.deliveryCount, 1);
        expectEqual('properties', again.applicationProperties, { kept: 1, added: 'a' });
        await receiver.completeMessage(again);
        await receiver.close();
      },
    },
    {
      title: 'a dead-lettered message keeps reason, description and properties',
      run: async (bus) => {
        await bus.send(SETTLING, { body: 'x' });
        const receiver = bus.client.createReceiver(SETTLING);
        await receiver.deadLetterMessage(only(await bus.receive(receiver)), {
          deadLetterReason: 'why',
          deadLetterErrorDescription: 'because',
          more: 'm',
        });
        await receiver.close();
        const dead = await deadLetter(bus, SETTLING);
        expectEqual('reason', [dead.deadLetterReason, dead.deadLetterErrorDescription], ['why', 'because']);
        expectEqual('property', dead.applicationProperties?.['more'], 'm');
      },
    },
    {
      title: 'a message given back too often is MaxDeliveryCountExceeded',
      run: async (bus) => {
        await bus.send(SETTLING, { body: 'x' });
        const receiver = bus.client.createReceiver(SETTLING);
        for (let round = 0; round < 2; round += 1) await receiver.abandonMessage(only(await bus.receive(receiver)));
        await receiver.close();
        expectEqual('reason', (await deadLetter(bus, SETTLING)).deadLetterReason, 'MaxDeliveryCountExceeded');
      },
    },
    {
      title: 'another receiver settles a message whose own is closed, and once only',
      run: async ({ client, send, receive }) => {
        await send(SETTLING, { body: 'x' });
        const [gone, receiver] = [client.createReceiver(SETTLING), client.createReceiver(SETTLING)];
        const message = only(await receive(gone));
        await gone.close();
        await receiver.completeMessage(message);
        await expectRefusal('MessageLockLost', receiver.completeMessage(message));
        await receiver.close();
      },
    },
  ],
};

/** Locks, as time goes by. */
export const lockChecks: CheckGroup = {
  name: 'locks',
  entities: [LOCKS],
  checks: [
    {
      title: 'a renewed lock lasts longer',
      run: async ({ client, send, receive }) => {
        await send(LOCKS, { body: 'x' });
        const receiver = client.createReceiver(LOCKS);
        const message = only(await receive(receiver));
        const before = message.lockedUntilUtc?.getTime() ?? 0;
        await systemClock.sleep(1000);
        expectEqual('later', (await receiver.renewMessageLock(message)).getTime() > before, true);
        await receiver.completeMessage(message);
        await receiver.close();
      },
    },
    {
      title: 'a lock that ran out is MessageLockLost, and the message comes again, counted',
      run: async ({ client, send, receive }) => {
        await send(LOCKS, { body: 'x' });
        const receiver = client.createReceiver(LOCKS, { maxAutoLockRenewalDurationInMs: 0 });
        const message = only(await receive(receiver));
        await systemClock.sleep(LOCK_OVER_MS);
        await expectRefusal('MessageLockLost', receiver.completeMessage(message));
        const again = only(await receive(receiver));
        expectEqual('deliveryCount', again.deliveryCount, 1);
        await receiver.completeMessage(again);
        await receiver.close();
      },
    },
  ],
};
