import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectFolder } from '../../../infra/local/start/projectFolder';
import type { StackFacts } from '../../../infra/local/start/stackFile';
import { createStackFolder, type StackFolder } from '../../support/stack';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';

/** As `npm run build` leaves it. */
const script = path.join(projectFolder, 'dist', 'infra', 'cli', 'doctor', 'main.js');

let ucwa: TestUcwa;
let index: StackFolder;
beforeEach(async () => {
  index = await createStackFolder();
  ucwa = await startTestUcwa({ pollTimeoutSeconds: 0.05 });
});
afterEach(async () => {
  await ucwa.close();
  await index.remove();
});

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs doctor in the test's folder, with no settings but these. `onOutput` is given all output so far, as it comes. */
function doctor(
  commandArguments: readonly string[],
  given: Readonly<Record<string, string>> = {},
  onOutput?: (all: string, pid: number) => void,
): Promise<Run> {
  const child = spawn(process.execPath, [script, ...commandArguments], {
    cwd: index.folder,
    env: { PATH: process.env['PATH'], ...given },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (piece: string) => {
      written[name] += piece;
      onOutput?.(written.stdout + written.stderr, child.pid ?? 0);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...written }));
  });
}

const accounts = (password = 'password'): string =>
  JSON.stringify([{ sipUri: 'sip:reception@contoso.com', username: 'reception@contoso.com', password }]);
const settings = (password?: string): Record<string, string> => ({
  UCWA_ACCOUNTS: accounts(password),
  UCWA_DISCOVERY_URL: ucwa.url,
});

test('all is well: a line for each step, and code 0', async () => {
  const { code, stdout } = await doctor([], settings());
  expect(stdout).toMatch(
    /^✓ settings .*not right yet for the relay itself: RELAY_SIGNING_KEY, ServiceBusConnection, AzureWebJobsStorage/m,
  );
  expect(stdout.match(/^✓ /gm)).toHaveLength(11);
  expect(stdout).toMatch(/\nAll is well\.\n$/);
  expect(code).toBe(0);
});

test('settings of local.settings.json, as the relay reads them; --account whatever its case', async () => {
  await writeFile(
    path.join(index.folder, 'local.settings.json'),
    JSON.stringify({ IsEncrypted: false, Values: settings() }),
  );
  expect(await doctor(['--account', 'Reception@Contoso.com'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('All is well.'),
  });
});

test('--json of a rejected password: code 1, one token request, no secret', async () => {
  const { code, stdout, stderr } = await doctor(['--json'], settings('wrong-and-secret'));
  expect(JSON.parse(stdout)).toMatchObject({
    account: 'sip:reception@contoso.com',
    ok: false,
    steps: expect.arrayContaining([
      expect.objectContaining({
        name: 'token',
        outcome: 'failed',
        whatToDo: expect.stringContaining('Correct username and password of the account'),
        durationMs: expect.any(Number),
      }),
    ]),
  });
  expect(code).toBe(1);
  expect(stdout + stderr).not.toContain('wrong-and-secret');
  expect(ucwa.simulator.ledger.tokenRequests).toHaveLength(1);
});

test('nothing is configured and the local stack runs: the simulator is tried, and that is said', async () => {
  await mkdir(path.join(index.folder, '.local'));
  const facts = {
    functionsUrl: '',
    functionsKey: '',
    receiverUrl: '',
    consoleUrl: '',
    ucwaUrl: ucwa.url,
    pids: { start: process.pid },
  } satisfies StackFacts;
  await writeFile(path.join(index.folder, '.local', 'stack.json'), JSON.stringify(facts));
  const { code, stdout } = await doctor([]);
  expect(stdout).toMatch(/^✓ settings +sip:reception@contoso\.com on the simulator of the local stack/);
  expect(code).toBe(0);
});

test.each([
  [
    'nothing is configured and no stack runs',
    {},
    /^✗ settings +UCWA_ACCOUNTS: is required.*\n +→ Set UCWA_ACCOUNTS .*npm start/,
  ],
  [
    'settings that are not valid',
    { UCWA_ACCOUNTS: '{' },
    /^✗ settings +UCWA_ACCOUNTS: must be a JSON array.*\n +→ Correct these settings/,
  ],
])('%s: code 1 and what to do', async (_, given: Record<string, string>, says) => {
  expect(await doctor([], given)).toMatchObject({ code: 1, stdout: expect.stringMatching(says) });
});

test.each([
  [['--bogus'], /Unknown option '--bogus'/],
  [['--wait', '0', '--await-call'], /--wait must be a whole number of seconds/],
  [['--wait', '10'], /--wait goes with --await-call/],
  [['--account', 'nobody@contoso.com'], /No account sip:nobody@contoso\.com .* there is sip:reception@contoso\.com/],
])('%j is a wrong call: code 2', async (commandArguments, says) => {
  expect(await doctor(commandArguments, settings())).toMatchObject({ code: 2, stderr: expect.stringMatching(says) });
});

test('--help', async () => {
  expect(await doctor(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('npm run doctor') });
});

test('Ctrl-C while it waits for a call: signed out, code 1', async () => {
  let stopped = false;
  const { code, stdout } = await doctor(['--await-call'], settings(), (all, pid) => {
    if (stopped || !all.includes('call the account now')) return;
    stopped = true;
    process.kill(pid, 'SIGINT');
  });
  expect(stdout).toMatch(/✓ sign-out .*\nStopped\.\n$/s);
  expect(code).toBe(1);
  expect(ucwa.simulator.applications.all()).toEqual([]);
});
