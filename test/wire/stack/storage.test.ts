import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import { forgetSimulator } from '../../../infra/local/storage/forgetSimulator';
import { nextFreePort } from '../../../infra/local/start/nextFreePort';
import { startStorage } from '../../../infra/local/storage/startStorage';
import { startTestStorage } from '../../support/azurite';

const anyPorts = { blob: 0, queue: 0, table: 0 };

function table(connectionString: string): TableClient {
  return TableClient.fromConnectionString(connectionString, 'people', { allowInsecureConnection: true });
}

it('serves tables to the SDK by its connection string', async () => {
  const storage = await startTestStorage();
  try {
    const people = table(storage.connectionString);
    await people.createTable();
    await people.createEntity({ partitionKey: 'a', rowKey: '1', name: 'Alice' });
    expect(await people.getEntity('a', '1')).toMatchObject({ name: 'Alice' });
  } finally {
    await storage.close();
  }
});

it('forgets what the relay knew of the simulator that ran before, and nothing else', async () => {
  const storage = await startTestStorage();
  try {
    const insecure = { allowInsecureConnection: true };
    for (const name of ['slotLeases', 'accountStates', 'subscriptions'])
      await TableClient.fromConnectionString(storage.connectionString, name, insecure).createTable();
    await forgetSimulator(storage.connectionString);
    await forgetSimulator(storage.connectionString); // the first start has nothing to forget
    const left: (string | undefined)[] = [];
    for await (const { name } of TableServiceClient.fromConnectionString(
      storage.connectionString,
      insecure,
    ).listTables())
      left.push(name);
    expect(left).toEqual(['subscriptions']);
  } finally {
    await storage.close();
  }
});

it('keeps in its folder what it was given, over a stop', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'storage-'));
  try {
    const first = await startStorage({ ports: anyPorts, folder });
    const people = table((await first.ready).connectionString);
    await people.createTable();
    await people.createEntity({ partitionKey: 'a', rowKey: '1', name: 'Alice' });
    await first.stop();

    const second = await startStorage({ ports: anyPorts, folder });
    expect(await table((await second.ready).connectionString).getEntity('a', '1')).toMatchObject({ name: 'Alice' });
    await second.stop();
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('says which folder to delete where a file in it is damaged', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'storage-'));
  try {
    await writeFile(path.join(folder, '__azurite_db_table__.json'), '{"filename": "cut of');
    await expect(startStorage({ ports: anyPorts, folder })).rejects.toThrow(`delete ${folder} and start again`);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('takes the next free port where one is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port: taken } = other.address() as AddressInfo;
  const storage = await startStorage({ ports: { blob: taken, queue: 0, table: 0 } });
  try {
    expect((await storage.ready).ports.blob).toBeGreaterThan(taken);
  } finally {
    await storage.stop();
    other.close();
  }
});

it('finds a port of its own for 0', async () => {
  expect(await nextFreePort(0)).toBeGreaterThan(0);
});
