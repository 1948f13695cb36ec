import { ServiceBusClient, type ServiceBusClientOptions } from '@azure/service-bus';
import { join } from 'node:path';
import { startServiceBus } from '../../../infra/local/service-bus/startServiceBus';
import { systemClock } from '../../../shared/clock';
import { createFakeClock } from '../../support/fakeClock';

/** Errors are to be seen as they are, so nothing is tried again. */
const CLIENT_OPTIONS: ServiceBusClientOptions = { retryOptions: { maxRetries: 0, timeoutInMs: 10_000 } };

/** What a test talks to: the local broker, or the namespace or emulator that `SERVICEBUS_TEST_CONNECTION_STRING` names. */
export interface TestBus {
  readonly connectionString: string;
  /** Waits for what needs time at the bus: the local one's clock is moved, any other takes the time it takes. */
  pass(durationMs: number): Promise<void>;
  /** That long from now, by the bus's clock. */
  fromNow(durationMs: number): Date;
  /** What a receiver waits at most before it says that there is nothing: with the local bus a drain decides, not the time. */
  readonly noneWithinMs: number;
  /** A client of this bus, closed with it. */
  client(options?: ServiceBusClientOptions): ServiceBusClient;
  close(): Promise<void>;
}

/** A bus with the entities of this folder's Config.json. */
export async function openTestBus(): Promise<TestBus> {
  const given = process.env['SERVICEBUS_TEST_CONNECTION_STRING'];
  const clients: ServiceBusClient[] = [];
  const clock = createFakeClock(Date.now());
  const local =
    given === undefined ? await startServiceBus({ config: join(__dirname, 'Config.json'), clock }) : undefined;
  const connectionString = given ?? local?.connectionString ?? '';
  return {
    connectionString,
    pass: (durationMs) => (local === undefined ? systemClock.sleep(durationMs) : clock.advance(durationMs)),
    fromNow: (durationMs) => new Date((local === undefined ? Date.now() : clock.now()) + durationMs),
    noneWithinMs: local === undefined ? 3000 : 5,
    client: (options = {}) => {
      const client = new ServiceBusClient(connectionString, { ...CLIENT_OPTIONS, ...options });
      clients.push(client);
      return client;
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await local?.close();
    },
  };
}

/** Tests whose subject only the local bus has: its own limits, its wire, its files. */
export const localOnly = process.env['SERVICEBUS_TEST_CONNECTION_STRING'] === undefined ? describe : describe.skip;
