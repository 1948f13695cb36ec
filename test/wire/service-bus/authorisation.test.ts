import { ServiceBusClient } from '@azure/service-bus';
import { openTestBus, type TestBus } from './testBus';

let bus: TestBus;
beforeAll(async () => {
  bus = await openTestBus();
});
afterAll(() => bus.close());

/** The bus's connection string with one field changed. */
const altered = (field: string, value: string): string =>
  bus.connectionString.replace(new RegExp(`${field}=[^;]*`), `${field}=${value}`);

const refusedClient = (connectionString: string): ServiceBusClient =>
  new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0, timeoutInMs: 10_000 } });

test.each([
  ['a wrong key', 'SharedAccessKey', 'bm90IHRoZSBrZXk='],
  ['a wrong key name', 'SharedAccessKeyName', 'SomebodyElse'],
])('%s is unauthorised, for senders and receivers', async (_, field, value) => {
  const client = refusedClient(altered(field, value));
  const unauthorised = { name: 'ServiceBusError', code: 'UnauthorizedAccess' };
  await expect(client.createSender('sending').sendMessages({ body: 'x' })).rejects.toMatchObject(unauthorised);
  await expect(client.createReceiver('sending').receiveMessages(1, { maxWaitTimeInMs: 1000 })).rejects.toMatchObject(
    unauthorised,
  );
  await client.close();
});

test('a signature that has ended is unauthorised', async () => {
  const endpoint = /Endpoint=[^;]*/.exec(bus.connectionString)?.[0] ?? '';
  const emulator = bus.connectionString.includes('UseDevelopmentEmulator=true') ? ';UseDevelopmentEmulator=true' : '';
  const token = 'SharedAccessSignature sr=sb%3A%2F%2Flocalhost%2F&sig=c2ln&se=1000000000&skn=RootManageSharedAccessKey';
  const client = refusedClient(`${endpoint};SharedAccessSignature=${token}${emulator}`);
  await expect(client.createSender('sending').sendMessages({ body: 'x' })).rejects.toMatchObject({
    code: 'UnauthorizedAccess',
  });
  await client.close();
});
