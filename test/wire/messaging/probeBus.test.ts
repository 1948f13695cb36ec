import { createHmac } from 'node:crypto';
import { ServiceBusClient } from '@azure/service-bus';
import { systemClock } from '../../../shared/clock';
import { busAccess } from '../../../shared/messaging/busEntities';
import { openServiceBus } from '../../../shared/messaging/openServiceBus';
import { probeBus } from '../../../shared/messaging/probeBus';
import type { ServiceBus } from '../../../infra/local/service-bus/startServiceBus';
import { startTestServiceBus } from '../../support/serviceBus';

const noIdentity = (): never => {
  throw new Error('A connection string needs no identity.');
};
const probe = (connectionString: string) =>
  probeBus(() => openServiceBus({ connectionString }, noIdentity), systemClock);

let bus: ServiceBus;
beforeAll(async () => {
  bus = await startTestServiceBus();
});
afterAll(() => bus.close());

it('opens every link that the relay needs, sends nothing and takes nothing', async () => {
  const client = new ServiceBusClient(bus.connectionString);
  await client.createSender('invitation-commands').sendMessages({ body: 'a command', messageId: 'waiting' });
  expect(await probe(bus.connectionString)).toEqual(busAccess);

  const [message, ...more] = await client.createReceiver('invitation-commands').receiveMessages(5);
  expect([message?.messageId, message?.deliveryCount, more]).toEqual(['waiting', 0, []]);
  await client.close();
});

it('names the role that is missing at each entity', async () => {
  const allowed = 'invitation-commands';
  const probes = await probe(limitedTo(bus.connectionString, allowed));
  expect(probes.filter(({ entity }) => entity === allowed)).toEqual(
    busAccess.filter(({ entity }) => entity === allowed),
  );
  expect(probes.filter(({ entity }) => entity !== allowed)).toEqual(
    busAccess
      .filter(({ entity }) => entity !== allowed)
      .map((access) => {
        const missingRole = `Azure Service Bus Data ${access.access === 'send' ? 'Sender' : 'Receiver'}`;
        return { ...access, missingRole, problem: expect.stringContaining(`it lacks the role ${missingRole}.`) };
      }),
  );
});

it('names the entities that do not exist', async () => {
  const other = await startTestServiceBus({
    config: { UserConfig: { Namespaces: [{ Name: 'sbemulatorns', Queues: [{ Name: 'another' }] }] } },
  });
  const probes = await probe(other.connectionString);
  expect(probes).toHaveLength(busAccess.length);
  for (const { problem } of probes) expect(problem).toMatch(/ does not exist in the Service Bus namespace\.$/);
  await other.close();
});

it('says that the bus cannot be reached', async () => {
  const gone = await startTestServiceBus();
  await gone.close();
  for (const { problem } of await probe(gone.connectionString)) expect(problem).toBe('Service Bus cannot be reached.');
});

/** A connection string with a signature for one entity in place of the key (Service Bus, "Shared access signatures"). */
function limitedTo(connectionString: string, entity: string): string {
  const {
    endpoint = '',
    key = '',
    name = '',
  } = /Endpoint=(?<endpoint>[^;]+);SharedAccessKeyName=(?<name>[^;]+);SharedAccessKey=(?<key>[^;]+)/.exec(
    connectionString,
  )?.groups ?? {};
  const resource = encodeURIComponent(`${endpoint.replace(/:\d+\/?$/, '')}/${entity}`);
  const expiry = Math.ceil(Date.now() / 1000) + 3600;
  const signature = createHmac('sha256', key).update(`${resource}\n${expiry}`).digest('base64');
  const token = `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${name}`;
  return `Endpoint=${endpoint};SharedAccessSignature=${token};UseDevelopmentEmulator=true`;
}
