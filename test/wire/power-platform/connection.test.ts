import { join } from 'node:path';
import { connectorFolder } from '../../support/connectorDefinition';
import { createFlowEngine, type Connection } from '../../support/flowEngine';
import { startSubscriber, type SubscriberServer } from '../../support/subscriberServer';

let relay: SubscriberServer;
beforeAll(async () => {
  relay = await startSubscriber(() => ({ status: 500 }));
});
afterAll(() => relay.close());

/** The headers with which a connection asks. */
async function headersOf(credentials: Omit<Connection, 'origin'>) {
  const before = relay.requests.length;
  const engine = createFlowEngine(join(connectorFolder, 'apiDefinition.swagger.json'), {
    origin: new URL(relay.url).origin,
    ...credentials,
  });
  await expect(engine.runAction('List calls')).rejects.toThrow('500');
  await engine.close();
  const headers = relay.requests[before]?.headers;
  return { key: headers?.['x-functions-key'], authorization: headers?.authorization };
}

it.each([
  ['a key', { key: 'k' }, { key: 'k', authorization: undefined }],
  ['a sign-in beside the key', { key: 'k', token: 't' }, { key: 'k', authorization: 'Bearer t' }],
])('a connection with %s sends what the definition says', async (_what, credentials, sent) => {
  expect(await headersOf(credentials)).toEqual(sent);
});
