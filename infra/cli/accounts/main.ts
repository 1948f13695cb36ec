import { readFile } from 'node:fs/promises';
import { accountStates } from '../../../shared/http/accounts/accountAnswers';
import { misused, readArguments } from '../../local/start/commandLine';
import { createTerminal, endWithReader, harmless } from '../../local/start/print/terminal';
import { findRelay } from '../findRelay';
import { formatStep } from '../doctor/formatStep';
import { createAccountsApi, type AccountsApi } from './accountsApi';
import { importAccounts } from './importAccounts';
import { readAccounts, type RefusedLine } from './readAccounts';

const HELP = `The accounts of a relay, over its API.

  npm run accounts -- import FILE.csv [--dry-run]
  npm run accounts -- list [--state STATE] [--json]
  npm run accounts -- check URI
  npm run accounts -- remove URI …

  import       adds every account of the file, or replaces it; the same again changes nothing. The first line names the
               columns: sipUri, username, password, and any of discoveryUrl, modalities (separated by spaces), signInAs,
               reportActivity, ringSeconds, phoneNumber, audioPreference, enabled. Lines that are refused are listed with
               the reason, and the others are imported. The file holds passwords: delete it afterwards.
  --dry-run    only checks the file, and sends nothing
  list         every account with its state; --state ${accountStates.slice(0, 5).join(', ')}, …
  --json       one JSON object for each account, a line each
  check        tries one account step by step, from where the relay runs
  remove       removes accounts, and their passwords with them
  --help       this text

The relay is that of RELAY_URL (https://….azurewebsites.net) with the key RELAY_FUNCTION_KEY and, where it asks for a token,
RELAY_TOKEN with the role Accounts.Manage, in the environment or local.settings.json; else that of the local stack.
Ends with code 0, 1 when a line, step or request failed, 2 when it was called wrongly.`;

const terminal = createTerminal(process.stdout, process.env);

async function main(): Promise<number> {
  const { values, positionals } = readArguments(HELP, {
    'dry-run': { type: 'boolean' },
    state: { type: 'string' },
    json: { type: 'boolean' },
  });
  endWithReader(process.stdout);
  const [command = '', ...names] = positionals;
  const [first = ''] = names;
  switch (command) {
    case 'import':
      if (names.length !== 1) misused('import takes one file.');
      return importFile(first, values['dry-run'] === true);
    case 'list':
      return list(values.state, values.json === true);
    case 'check':
      if (names.length !== 1) misused('check takes one account.');
      return check(toSipUri(first));
    case 'remove':
      if (names.length === 0) misused('remove takes accounts.');
      return remove(names.map(toSipUri));
    default:
      return misused('It is called with import, list, check or remove.');
  }
}

async function importFile(file: string, isDryRun: boolean): Promise<number> {
  const { accounts, refused } = readAccounts(await readFile(file, 'utf8'));
  if (isDryRun) {
    report(refused);
    terminal.line(
      `${accounts.length} accounts would be imported, ${refused.length} lines are refused. Nothing was sent.`,
    );
    return refused.length === 0 ? 0 : 1;
  }
  const imported = await importAccounts(accounts, await findApi());
  const all = [...refused, ...imported.refused].sort((one, other) => one.line - other.line);
  report(all);
  terminal.line(`${imported.added} added, ${imported.replaced} were there, ${all.length} lines refused.`);
  return all.length === 0 ? 0 : 1;
}

function report(refused: readonly RefusedLine[]): void {
  for (const { line, sipUri, reason } of refused)
    terminal.line(`${terminal.bad(`line ${line}`)}  ${harmless(sipUri)}  ${harmless(reason)}`);
}

async function list(state: string | undefined, isJson: boolean): Promise<number> {
  if (state !== undefined && !accountStates.some((known) => known === state))
    misused(`--state must be one of ${accountStates.join(', ')}.`);
  const counts = new Map<string, number>();
  for await (const accounts of (await findApi()).list(state))
    for (const account of accounts) {
      counts.set(account.state, (counts.get(account.state) ?? 0) + 1);
      if (isJson) terminal.line(JSON.stringify(account));
      else {
        const { sipUri, status, lastError = '', whatToDo = '' } = account;
        const mark = { pass: terminal.good('✓'), warn: terminal.accent('!'), fail: terminal.bad('✗') }[status];
        const text = status === 'pass' ? '' : `  ${lastError} ${whatToDo}`.trimEnd();
        terminal.line(`${mark} ${account.state.padEnd(20)} ${harmless(sipUri)}${harmless(text)}`);
      }
    }
  if (!isJson) terminal.line([...counts].map(([name, count]) => `${count} ${name}`).join(', ') || 'No accounts.');
  return 0;
}

async function check(sipUri: string): Promise<number> {
  const { ok, steps } = await (await findApi()).check(sipUri);
  for (const step of steps) for (const line of formatStep(step, terminal)) terminal.line(line);
  terminal.line(ok ? terminal.good('All is well.') : terminal.bad('It would not work like this.'));
  return ok ? 0 : 1;
}

async function remove(sipUris: readonly string[]): Promise<number> {
  const api = await findApi();
  for (const sipUri of sipUris) {
    await api.remove(sipUri);
    terminal.line(`${sipUri} is removed.`);
  }
  return 0;
}

function toSipUri(text: string): string {
  return /^sip:/i.test(text) ? text : `sip:${text}`;
}

async function findApi(): Promise<AccountsApi> {
  return createAccountsApi(await findRelay(process.cwd(), process.env));
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
