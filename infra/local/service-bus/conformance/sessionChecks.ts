import { systemClock } from '../../../../shared/clock';
import { expectEqual, expectRefusal, only, type CheckGroup } from './check';

const SESSIONS = 'conformance-sessions';
const LOCK_OVER_MS = 12_000;
const deleting = { receiveMode: 'receiveAndDelete' } as const;

/** Sessions and their locks. */
export const sessionChecks: CheckGroup = {
  name: 'sessions',
  entities: [SESSIONS],
  checks: [
    {
      title: 'a message without a session id is refused',
      run: ({ client }) => expectRefusal('GeneralError', client.createSender(SESSIONS).sendMessages({ body: 'x' })),
    },
    {
      title: 'a receiver without a session is refused',
      run: ({ client }) => expectRefusal('GeneralError', client.createReceiver(SESSIONS).receiveMessages(1)),
    },
    {
      title: 'a session gives its own messages, in order',
      run: async ({ client, send, receive, isEmpty }) => {
        await send(SESSIONS, ...[1, 2, 3, 4].map((body) => ({ body, sessionId: body % 2 === 0 ? 'even' : 'odd' })));
        for (const [id, bodies] of [
          ['odd', [1, 3]],
          ['even', [2, 4]],
        ] as const) {
          const receiver = await client.acceptSession(SESSIONS, id, deleting);
          const messages = await receive(receiver, 2);
          expectEqual(
            'bodies',
            messages.map(({ body }) => body as number),
            bodies,
          );
          expectEqual('session', messages[0]?.sessionId, id);
          expectEqual('empty', await isEmpty(receiver), true);
          await receiver.close();
        }
      },
    },
    {
      title: 'a session is one receiver’s at a time',
      run: async ({ client }) => {
        const receiver = await client.acceptSession(SESSIONS, 'held');
        await expectRefusal('SessionCannotBeLocked', client.acceptSession(SESSIONS, 'held'));
        await receiver.close();
        await (await client.acceptSession(SESSIONS, 'held')).close();
      },
    },
    {
      title: 'the next session is one with messages',
      run: async ({ client, send, receive }) => {
        await send(SESSIONS, { body: 'x', sessionId: 'waiting' });
        const receiver = await client.acceptNextSession(SESSIONS, deleting);
        expectEqual('session', receiver.sessionId, 'waiting');
        expectEqual('body', only(await receive(receiver)).body, 'x');
        await receiver.close();
      },
    },
    {
      title: 'a session has a state, which stays',
      run: async ({ client }) => {
        const receiver = await client.acceptSession(SESSIONS, 'state');
        await receiver.setSessionState({ at: 1 });
        await receiver.close();
        const again = await client.acceptSession(SESSIONS, 'state');
        expectEqual('state', await again.getSessionState(), { at: 1 });
        await again.setSessionState(null);
        expectEqual('no state', await again.getSessionState(), null);
        await again.close();
      },
    },
    {
      title: 'a session’s lock is renewed, and SessionLockLost when it ran out',
      run: async ({ client, send, receive }) => {
        await send(SESSIONS, { body: 'x', sessionId: 'lost' });
        const receiver = await client.acceptSession(SESSIONS, 'lost', { maxAutoLockRenewalDurationInMs: 0 });
        const message = only(await receive(receiver));
        const before = receiver.sessionLockedUntilUtc.getTime();
        await systemClock.sleep(1000);
        expectEqual('later', (await receiver.renewSessionLock()).getTime() > before, true);
        await systemClock.sleep(LOCK_OVER_MS);
        await expectRefusal('SessionLockLost', receiver.completeMessage(message));
        await receiver.close();
        const after = await client.acceptSession(SESSIONS, 'lost', deleting);
        expectEqual('deliveryCount', only(await receive(after)).deliveryCount, 1);
        await after.close();
      },
    },
  ],
};
