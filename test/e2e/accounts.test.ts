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

/** Stands in every password, and must stand nowhere else. */
const MARKER = 'xyzzy';
const users = ['ann', 'bert', 'cleo'].map((name) => `${name}@contoso.com`);
const passwordOf = (user: string): string => `${MARKER}-of-${user}`;

let relay: TestRelay;
let collector: OtlpCollector;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accounts-'));
  collector = await startOtlpCollector();
  relay = await startTestRelay({
    settings: { RELAY_ENCRYPTION_KEY: keyOf('o'), OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
  for (const user of users) relay.ucwa.simulator.passwords.set(`sip:${user}`, passwordOf(user));
});
afterAll(async () => {
  await relay.close();
  await collector.close();
  await rm(folder, { recursive: true });
});

const outputs: string[] = [];
async function accounts(...args: string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const { url, functionsKey } = await relay.host().ready;
  const child = spawn(process.execPath, [join(projectFolder, 'dist/infra/cli/accounts/main.js'), ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], RELAY_URL: url, RELAY_FUNCTION_KEY: functionsKey },
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

it('accounts of a file are connected, listed, checked and removed, and a password stands nowhere', async () => {
  const file = join(folder, 'accounts.csv');
  const lines = users.map((user) => `sip:${user},${user},${passwordOf(user)}`);
  await writeFile(file, ['sipUri,username,password', ...lines, `desk,desk,${MARKER}-too`, ''].join('\n'));
  const refused = expect.stringMatching(/line 5 .*must look like sip:user@domain/) as string;
  expect(await accounts('import', file, '--dry-run')).toEqual({ code: 1, output: refused });
  expect(await accounts('import', file)).toEqual({ code: 1, output: refused });
  await Promise.all(users.map((user) => relay.connected(`sip:${user}`)));

  relay.ucwa.ring({ account: 'sip:ann@contoso.com', subject: 'from the table' });
  const { subject: invitationId } = await relay.topic.invitationEvent({ event: 'started', subject: 'from the table' });
  expect((await relay.command(invitationId, 'decline')).status).toBe(202);
  await relay.topic.invitationEvent({ event: 'completed', invitationId });

  const bert = '/accounts/sip:bert@contoso.com';
  expect((await relay.http().patch(bert, { password: `wrong-${MARKER}` })).status).toBe(200);
  const { data } = await askUntil(
    () => relay.http().get<{ state: string; whatToDo?: string }>(bert),
    (answer) => answer.data.state === 'credentialsRejected',
  );
  expect(data.whatToDo).toContain(`PATCH ${bert}`);
  expect(await accounts('list')).toEqual({ code: 0, output: expect.stringContaining('credentialsRejected') as string });
  expect(await accounts('check', 'bert@contoso.com')).toEqual({
    code: 1,
    output: expect.stringMatching(/✗ token /) as string,
  });
  const tries = relay.ucwa.simulator.ledger.tokenRequests.filter(({ username }) => username === 'bert@contoso.com');
  expect(tries.map(({ status }) => status)).toEqual([200, 400]);
  expect((await accounts('remove', ...users)).code).toBe(0);
  expect((await accounts('list', '--json')).output).not.toContain('ann@contoso.com');

  await relay.host().close();
  const written = [await storedRows(), collector.bodies.join('\n'), relay.host().lines.join('\n'), outputs.join('\n')];
  for (const text of written) {
    expect(text.length).toBeGreaterThan(100);
    expect(text).not.toContain(MARKER);
  }
});
