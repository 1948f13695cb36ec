import { lookup } from 'node:dns/promises';
import { createInterface } from 'node:readline';
import { systemClock } from '../../../shared/clock';
import { environmentIdentity } from '../../../shared/identity';
import { misused, readCommandLine } from '../../local/start/commandLine';
import { listenForStop } from '../../local/start/stopSignals';
import { createTerminal, type Terminal } from '../../local/start/print/terminal';
import { readGivenSettings } from '../../local/start/givenSettings';
import { checkAzure } from './azure/checkAzure';
import { checkAccount } from '../../../shared/doctor/checkAccount';
import { findAccount, type Found } from './findAccount';
import { formatStep } from './formatStep';
import type { StepReport } from '../../../shared/doctor/stepReport';

const HELP = `Tries what the relay needs of Skype for Business, step by step, with the account and settings that the relay itself
reads (environment, local.settings.json; else the simulator of the running local stack), and signs out again. It has
an endpoint of its own, so a relay that runs is not disturbed. One step holds a poll for three minutes. A password that
is rejected is sent once.

  npm run doctor [-- options]

  --account URI    which of UCWA_ACCOUNTS; default the first
  --await-call     waits for a test call too, and says how long it took; it is not answered
  --wait SECONDS   for how long, 1 to 3600; default 120
  --azure          tries Service Bus, tables, vault and clock instead, as the person signed in here (az login), with the
                   settings given; says which roles are missing and the command that grants each
  --json           one JSON object: {account, ok, steps: [{name, outcome, fact, whatToDo?, durationMs}]}
  --help           this text

Ends with code 0 when all is well, 1 when a step failed or it was stopped, 2 when it was called wrongly.`;

interface Options {
  readonly account: string | undefined;
  readonly awaitCallSeconds: number | undefined;
  readonly json: boolean;
  readonly azure: boolean;
}

function readOptions(): Options {
  const {
    account,
    json = false,
    azure = false,
    wait,
    ...rest
  } = readCommandLine(HELP, {
    account: { type: 'string' },
    'await-call': { type: 'boolean' },
    wait: { type: 'string' },
    json: { type: 'boolean' },
    azure: { type: 'boolean' },
  });
  const seconds = Number(wait ?? '120');
  if (!/^\d+$/.test(wait ?? '120') || seconds < 1 || seconds > 3600)
    misused('--wait must be a whole number of seconds, 1 to 3600.');
  if (wait !== undefined && rest['await-call'] !== true) misused('--wait goes with --await-call.');
  const sipUri = account === undefined || /^sip:/i.test(account) ? account : `sip:${account}`;
  return { account: sipUri, awaitCallSeconds: rest['await-call'] === true ? seconds : undefined, json, azure };
}

async function main(): Promise<number> {
  const options = readOptions();
  const terminal = createTerminal(process.stdout, process.env);
  const progress = progressLine(options.json);
  const onStep = (report: StepReport): void => {
    progress.clear();
    if (!options.json) for (const line of formatStep(report, terminal)) terminal.line(line);
  };

  if (options.azure) {
    const steps = await checkAzure(await readGivenSettings(process.cwd(), process.env), systemClock);
    steps.forEach(onStep);
    return conclude({ steps }, options, terminal);
  }
  await takeAzureVariables(process.cwd());
  const found = await findAccount(process.cwd(), process.env, options.account);
  if ('misused' in found) misused(found.misused);
  const settings = settingsStep(found);
  onStep(settings);
  if ('problem' in found) return conclude({ steps: [settings] }, options, terminal);

  const { checkedAccount } = found;
  const signals = listenForStop();
  const dialled = options.awaitCallSeconds === undefined ? undefined : listenForEnter();
  if (dialled !== undefined && !options.json)
    terminal.line(terminal.dim('Press Enter at the moment at which you call, and the time is taken from there.'));
  const ports = {
    clock: systemClock,
    resolve: async (host: string) => (await lookup(host, { all: true })).map(({ address }) => address),
    onStep,
    onProgress: progress.show,
    dialledAtMs: () => dialled?.atMs(),
    bearerToken: process.env['AZURE_CLIENT_ID'] === undefined ? undefined : environmentIdentity(),
  };
  const steps = [settings, ...(await checkAccount(checkedAccount, ports, options, signals.stop, signals.now))];
  dialled?.close();
  signals.dispose();
  const { sipUri } = checkedAccount.account;
  return conclude({ account: sipUri, steps, isStopped: signals.stop.aborted }, options, terminal);
}

/** The Azure SDK reads its own variables from the environment only, and they may be given in local.settings.json. */
async function takeAzureVariables(folder: string): Promise<void> {
  const given = Object.entries(await readGivenSettings(folder, process.env));
  Object.assign(process.env, Object.fromEntries(given.filter(([name]) => name.startsWith('AZURE_'))));
}

function settingsStep(found: Exclude<Found, { readonly misused: string }>): StepReport {
  return 'problem' in found
    ? { name: 'settings', outcome: 'failed', fact: found.problem, whatToDo: found.whatToDo, durationMs: 0 }
    : { name: 'settings', outcome: 'passed', fact: found.fact, durationMs: 0 };
}

interface Conclusion {
  readonly account?: string;
  readonly steps: readonly StepReport[];
  readonly isStopped?: boolean;
}

/** The last line, or all of it as JSON; the exit code. */
function conclude(
  { account, steps, isStopped = false }: Conclusion,
  { json }: Pick<Options, 'json'>,
  terminal: Terminal,
): number {
  const failed = steps.filter(({ outcome }) => outcome === 'failed').length;
  const ok = failed === 0 && !isStopped;
  const unwell = isStopped ? 'Stopped.' : `${failed} of ${steps.length} steps failed.`;
  if (json) terminal.line(JSON.stringify({ account, ok, steps }, undefined, 2));
  else terminal.line(ok ? terminal.good('All is well.') : terminal.bad(unwell));
  return ok ? 0 : 1;
}

/** What is being waited for, on stderr: written over on a terminal, else a line for each thing that is waited for. */
function progressLine(isSilent: boolean): { readonly show: (text: string) => void; readonly clear: () => void } {
  const { stderr } = process;
  let waitingFor: string | undefined;
  return {
    show: (text) => {
      const subject = text.slice(0, text.indexOf(':'));
      if (isSilent || (!stderr.isTTY && subject === waitingFor)) return;
      waitingFor = subject;
      stderr.write(stderr.isTTY ? `\r\u001B[2K… ${text}` : `… ${text}\n`);
    },
    clear: () => {
      if (waitingFor !== undefined && stderr.isTTY) stderr.write('\r\u001B[2K');
      waitingFor = undefined;
    },
  };
}

/** The moment of the last Enter on a terminal: the operator presses it when calling. */
function listenForEnter(): { atMs(): number | undefined; close(): void } | undefined {
  if (!process.stdin.isTTY) return undefined;
  let atMs: number | undefined;
  const lines = createInterface({ input: process.stdin }).on('line', () => (atMs = systemClock.now()));
  return { atMs: () => atMs, close: () => lines.close() };
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
