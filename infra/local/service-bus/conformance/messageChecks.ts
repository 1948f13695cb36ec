import { ServiceBusClient } from '@azure/service-bus';
import { expectEqual, expectRefusal, only, type CheckGroup } from './check';

const PLAIN = 'conformance-plain';
const BATCH_SIZE = 100;

/** Connecting, sending, receiving. */
export const messageChecks: CheckGroup = {
  name: 'messages',
  entities: [PLAIN],
  checks: [
    {
      title: 'a wrong key is UnauthorizedAccess',
      run: async ({ connectionString }) => {
        const wrong = connectionString.replace(/SharedAccessKey=[^;]*/, 'SharedAccessKey=bm90IHRoZSBrZXk=');
        const client = new ServiceBusClient(wrong, { retryOptions: { maxRetries: 0 } });
        await expectRefusal('UnauthorizedAccess', client.createSender(PLAIN).sendMessages({ body: 'x' }));
        await client.close();
      },
    },
    {
      title: 'an entity that is not there is MessagingEntityNotFound',
      run: ({ client }) =>
        expectRefusal('MessagingEntityNotFound', client.createSender('conformance-nobody').sendMessages({ body: 'x' })),
    },
    {
      title: 'names of entities have no case',
      run: async ({ client, send, receive }) => {
        await send(PLAIN.toUpperCase(), { body: 'x' });
        const receiver = client.createReceiver(PLAIN, { receiveMode: 'receiveAndDelete' });
        expectEqual('body', only(await receive(receiver)).body, 'x');
        await receiver.close();
      },
    },
    {
      title: 'a message arrives with its properties, their types, and what the bus adds',
      run: async ({ client, send, receive }) => {
        const applicationProperties = { text: 't', whole: 5, part: 2.5, flag: true };
        await send(PLAIN, {
          body: { a: [1] },
          messageId: 'm',
          subject: 's',
          correlationId: 'c',
          replyTo: 'r',
          contentType: 'application/json',
          applicationProperties,
        });
        const receiver = client.createReceiver(PLAIN);
        const message = only(await receive(receiver));
        const { messageId, subject, correlationId, replyTo, contentType } = message;
        expectEqual(
          'fields',
          { body: message.body as unknown, messageId, subject, correlationId, replyTo, contentType },
          {
            body: { a: [1] },
            messageId: 'm',
            subject: 's',
            correlationId: 'c',
            replyTo: 'r',
            contentType: 'application/json',
          },
        );
        expectEqual('application properties', message.applicationProperties, applicationProperties);
        expectEqual('deliveryCount', message.deliveryCount, 0);
        expectEqual('state', message.state, 'active');
        expectEqual('sequenceNumber', (message.sequenceNumber?.toNumber() ?? 0) > 0, true);
        expectEqual(
          'lockedUntil is later than enqueued',
          (message.lockedUntilUtc ?? 0) > (message.enqueuedTimeUtc ?? 1),
          true,
        );
        await receiver.completeMessage(message);
        await receiver.close();
      },
    },
    {
      title: 'a batch arrives whole and in order, received and deleted',
      run: async ({ client, receive, isEmpty }) => {
        const sender = client.createSender(PLAIN);
        const batch = await sender.createMessageBatch();
        for (let body = 0; body < BATCH_SIZE; body += 1) expectEqual('fits', batch.tryAddMessage({ body }), true);
        await sender.sendMessages(batch);
        const receiver = client.createReceiver(PLAIN, { receiveMode: 'receiveAndDelete' });
        const bodies = (await receive(receiver, BATCH_SIZE)).map(({ body }) => body as number);
        expectEqual(
          'bodies',
          bodies,
          Array.from({ length: BATCH_SIZE }, (_, body) => body),
        );
        expectEqual('empty', await isEmpty(receiver), true);
        await Promise.all([sender.close(), receiver.close()]);
      },
    },
    {
      title: 'properties of more than 64 KB are MessageSizeExceeded',
      run: ({ client }) =>
        expectRefusal(
          'MessageSizeExceeded',
          client.createSender(PLAIN).sendMessages({
            body: 'x',
            applicationProperties: { a: 'x'.repeat(32_000), b: 'x'.repeat(32_000), c: 'x'.repeat(32_000) },
          }),
        ),
    },
    {
      title: 'peeking shows messages in order and takes none',
      run: async ({ client, send, receive }) => {
        await send(PLAIN, { body: 1 }, { body: 2 });
        const receiver = client.createReceiver(PLAIN, { receiveMode: 'receiveAndDelete' });
        const peeked = await receiver.peekMessages(10);
        expectEqual(
          'peeked',
          peeked.map(({ body }) => body as number),
          [1, 2],
        );
        expectEqual(
          'received',
          (await receive(receiver, 2)).map(({ body }) => body as number),
          [1, 2],
        );
        await receiver.close();
      },
    },
    {
      title: 'a handler that subscribes gets messages and completes them',
      run: async ({ client, send, isEmpty }) => {
        await send(PLAIN, ...Array.from({ length: 20 }, (_, body) => ({ body })));
        const receiver = client.createReceiver(PLAIN);
        let seen = 0;
        await new Promise<void>((resolve, reject) => {
          receiver.subscribe(
            {
              processMessage: () => {
                seen += 1;
                if (seen === 20) resolve();
                return Promise.resolve();
              },
              processError: ({ error }) => {
                reject(error);
                return Promise.resolve();
              },
            },
            { maxConcurrentCalls: 5 },
          );
        });
        await receiver.close();
        const after = client.createReceiver(PLAIN, { receiveMode: 'receiveAndDelete' });
        expectEqual('empty', await isEmpty(after), true);
        await after.close();
      },
    },
  ],
};
