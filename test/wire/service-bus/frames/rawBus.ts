import { join } from 'node:path';
import { DEFAULT_KEY, startServiceBus, type ServiceBus } from '../../../../infra/local/service-bus/startServiceBus';
import { createFakeClock, type FakeClock } from '../../../support/fakeClock';
import { attachFrame, creditFrame, dataMessage, RawClient, transferFrame, type Borders } from './rawClient';
import type { Frame, Typed } from './amqpFrame';

/** A local bus for clients that are written frame by frame, with the entities of the folder above. */
export interface RawBus {
  readonly bus: ServiceBus;
  readonly clock: FakeClock;
  /** A client that has shown a signature for the whole namespace. */
  client(): Promise<RawClient>;
  /** One that has shown nothing. */
  stranger(): Promise<RawClient>;
  close(): Promise<void>;
}

export async function openRawBus(borders: Borders): Promise<RawBus> {
  const clock = createFakeClock(Date.now());
  const bus = await startServiceBus({ config: join(__dirname, '../Config.json'), clock });
  const clients: RawClient[] = [];
  const kept = (client: RawClient): RawClient => {
    clients.push(client);
    return client;
  };
  return {
    bus,
    clock,
    client: async () => kept(await RawClient.open(bus.port, DEFAULT_KEY, borders)),
    stranger: async () => kept(await RawClient.unauthorised(bus.port, borders)),
    close: async () => {
      for (const client of clients) client.close();
      await bus.close();
    },
  };
}

/** Sends one message over a link of its own and waits until it is accepted. */
export async function sendOne(
  client: RawClient,
  address: string,
  body: string,
  applicationProperties?: Typed,
  properties?: (Typed | undefined)[],
): Promise<Frame> {
  const handle = 50 + client.received.length;
  await client.send(
    attachFrame({ handle, name: `sender-${handle}`, target: address }),
    transferFrame(
      { handle, deliveryId: client.nextDeliveryId() },
      dataMessage(body, applicationProperties, properties),
    ),
  );
  return client.next('disposition');
}

/** Opens a receiver and waits for its first message. */
export async function receiveFirst(client: RawClient, address: string, handle: number): Promise<Frame> {
  await client.send(attachFrame({ handle, source: address, rcvSettleMode: 1 }));
  await client.next('attach');
  await client.send(creditFrame({ handle, credit: 1 }));
  return client.next('transfer');
}
