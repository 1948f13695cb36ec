import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../shared/clock';
import { probeTables } from '../../../shared/storage/probeTables';
import { createTables, tableNames } from '../../../shared/storage/tables';
import { startTestStorage, type TestStorage } from '../../support/azurite';
import { createFakeClock } from '../../support/fakeClock';

const noIdentity = (): never => {
  throw new Error('A connection string needs no identity.');
};

describe('with a storage account', () => {
  let storage: TestStorage;
  beforeAll(async () => (storage = await startTestStorage()));
  afterAll(() => storage.close());

  it('reads every table, and the account’s clock', async () => {
    const { problems, clockAheadMs } = await probeTables(createTables(storage, noIdentity), systemClock);
    expect(problems).toEqual([]);
    expect(Math.abs(clockAheadMs ?? NaN)).toBeLessThan(60_000);
  });
});

describe('with an account that refuses', () => {
  let server: Server;
  let status = 403;
  const clock = createFakeClock();
  beforeAll(async () => {
    server = createServer(({ method }, response) => {
      // The tables are there already.
      response.writeHead(status === 200 && method === 'POST' ? 409 : status, {
        date: new Date(clock.now() - 30_000).toUTCString(),
        'content-type': 'application/json',
      });
      response.end(status === 200 ? '{"value":[]}' : '');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const probe = () => {
    const { port } = server.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}/account`;
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=account;AccountKey=a2V5;TableEndpoint=${endpoint};`;
    return probeTables(createTables({ connectionString }, noIdentity), clock);
  };

  it('names the role that is missing for each table', async () => {
    status = 403;
    const missingRole = 'Storage Table Data Contributor';
    expect(await probe()).toEqual({
      problems: tableNames.map((table) => ({
        table,
        missingRole,
        problem: `The relay may not use the table ${table}: it lacks the role ${missingRole}.`,
      })),
    });
  });

  it('says by how much the clock is ahead', async () => {
    status = 200;
    expect(await probe()).toEqual({ problems: [], clockAheadMs: 29_500 });
  });
});
