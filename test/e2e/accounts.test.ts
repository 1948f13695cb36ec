import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../../infra/local/start/projectFolder';
import { createTables, tableNames } from '../../shared/storage/tables';
import { keyOf } from '../support/accountProcesses';
import { askUntil } from '../support/askUntil';
import { startOtlpCollector, type OtlpCollector } from '../support/otlpCollector';
import { startTestRelay, type TestRelay } from '../support/relay';

let relay: TestRelay;
let collector: OtlpCollector;
let folder: string;
const users = Array.from({ length: 20 }, (_, index) => `user${index}@contoso.com`);
const marker = (user: string): string => `marker-of-${user}-xyzzy`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ucwa-relay-accounts-'));
  collector = await startOtlpCollector();
  relay = await startTestRelay({
    settings: { RELAY_ENCRYPTION_KEY: keyOf('o'), OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
  for (const user of users) relay.ucwa.simulator.passwords.set(`sip:${user}`, marker(user));
});
afterAll(async () => {
  await relay.close();
  await collector.close();
  await rm(folder, { recursive: true });
});

const outputs: string[] = [];
async function run(tool: 'accounts' | 'rotate-keys', args: readonly string[], settings: Record<string, string> = {}) {
  const { url, functionsKey } = await relay.host().ready;
  const child = spawn(process.execPath, [join(projectFolder, `dist/infra/cli/${tool}/main.js`), ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], RELAY_URL: url, RELAY_FUNCTION_KEY: functionsKey, ...settings },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => (output += piece));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  outputs.push(output);
  return { code, output };
}

/** Every row of every table, as one text. */
async function storedRows(): Promise<string> {
  const tables = createTables({ connectionString: relay.storage.connectionString }, () => {
    throw new Error('A connection string needs no credential.');
  });
  const rows: unknown[] = [];
  for (const name of tableNames) for await (const row of (await tables.client(name)).listEntities()) rows.push(row);
  return JSON.stringify(rows);
}

it('imports accounts from a file, has them connected, lists, checks and removes them, and shows no password anywhere', async () => {
  const file = join(folder, 'accounts.csv');
  const lines = users.map((user) => `sip:${user},${user},${marker(user)}`);
  await writeFile(file, ['sipUri,username,password', ...lines, 'desk,desk,xyzzy-too', ''].join('\n'));
  expect(await run('accounts', ['import', file, '--dry-run'])).toMatchObject({
    code: 1,
    output: expect.stringMatching(
      /line 22 .*must look like sip:user@domain[^]*20 accounts would be imported, 1 lines are refused/,
    ),
  });
  expect((await run('accounts', ['import', file])).output).toContain('20 added, 0 were there, 1 lines refused.');
  await Promise.all(users.map((user) => relay.connected(`sip:${user}`)));

  relay.ucwa.ring({ account: 'sip:user7@contoso.com', subject: 'from the table' });
  const { subject: invitationId } = await relay.topic.invitationEvent({ event: 'started', subject: 'from the table' });
  expect((await relay.command(invitationId, 'decline')).status).toBe(202);

  expect((await run('accounts', ['import', file])).output).toContain('0 added, 20 were there, 1 lines refused.');
  const listed = await askUntil(
    () => run('accounts', ['list']),
    ({ output }) => output.includes('21 connected'),
  );
  expect(listed.code).toBe(0);

  const wrong = 'wrong-xyzzy-password';
  expect((await relay.http().patch('/accounts/sip:user3@contoso.com', { password: wrong })).status).toBe(200);
  const { data: rejected } = await askUntil(
    () => relay.http().get<{ state: string; whatToDo?: string }>('/accounts/sip:user3@contoso.com'),
    ({ data }) => data.state === 'credentialsRejected',
  );
  expect(rejected.whatToDo).toContain('PATCH /accounts/sip:user3@contoso.com');
  expect(await run('accounts', ['check', 'user3@contoso.com'])).toMatchObject({
    code: 1,
    output: expect.stringMatching(/✗ token /),
  });
  const tries = relay.ucwa.simulator.ledger.tokenRequests.filter(({ username }) => username === 'user3@contoso.com');
  expect(tries.map(({ status }) => status)).toEqual([200, 400]);

  const storage = { AzureWebJobsStorage: relay.storage.connectionString };
  const keys = `${keyOf('n')},${keyOf('o')}`;
  expect(await run('rotate-keys', [], { ...storage, RELAY_ENCRYPTION_KEY: keys })).toMatchObject({
    code: 0,
    output: expect.stringContaining('20 accounts and 0 webhooks were encrypted anew.'),
  });
  expect(await run('accounts', ['remove', ...users.slice(0, 5)])).toMatchObject({ code: 0 });
  await askUntil(
    () => users.filter((user) => relay.ucwa.simulator.applications.of(`sip:${user}`).length > 0).length,
    (left) => left <= 15,
  );
  await relay.host().close();
  for (const text of [
    await storedRows(),
    collector.bodies.join('\n'),
    relay.host().lines.join('\n'),
    outputs.join('\n'),
  ]) {
    expect(text.length).toBeGreaterThan(100);
    expect(text).not.toContain('xyzzy');
  }
});
