import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ReadStream } from 'node:tty';
import { systemClock } from '../../../shared/clock';
import { createEmissionTimes } from './print/emissionTimes';
import { readGivenSettings } from './givenSettings';
import { localKeys } from './localKeys';
import { KEYS, listenToKeys } from './keys/listenToKeys';
import { createParts, type Parts } from './parts';
import { describeHostLine } from './print/describeHostLine';
import { describeSpan } from './print/describeSpan';
import { printHeader } from './print/printHeader';
import { printLine } from './print/printLine';
import { projectFolder } from './projectFolder';
import { rebuildOnChange } from './rebuildOnChange';
import { runDemoCalls } from './runDemoCalls';
import { showTopic } from './print/showTopic';
import { createSimulator } from './simulator';
import { readRunningStack, removeStackFile, stackFolder, writeStackFile, type StackFacts } from './stackFile';
import { startStack, type StackPorts, type StartedStack } from './startStack';
import { listenForStop, whenAborted } from './stopSignals';
import type { Terminal } from './print/terminal';

export interface RunOptions {
  /** Where `.local/` and `local.settings.json` are. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly ports: StackPorts;
  /** Whether each Service Bus function runs in a process of its own, as on Flex Consumption. */
  readonly processes: boolean;
  /** Whether a changed source is built and the functions host restarted. */
  readonly watch: boolean;
  /** Whether calls come in by themselves. */
  readonly calls: boolean;
  /** Whether the lines about what happens are left out. */
  readonly quiet: boolean;
  /** Whether every line of the relay's log is shown, and connection strings in the header. */
  readonly verbose: boolean;
  /** Where keys are pressed; undefined where nobody sits there. */
  readonly keyboard: ReadStream | undefined;
  readonly terminal: Terminal;
}

/**
 * Runs the stack until it is asked to stop, or a part of it ends by itself, and then stops all of it. Resolves with the
 * exit code: 0 when it was asked to stop, 1 when something failed, which it has then printed. Never rejects.
 */
export async function runStack(options: RunOptions): Promise<number> {
  const { folder, terminal } = options;
  const signals = listenForStop();
  const parts = createParts();
  const ended = new AbortController();
  const session: Session = { options, parts, ended: ended.signal };
  void whenAborted(signals.now).then(async () => {
    await parts.kill();
    if (session.facts !== undefined) await removeStackFile(folder, session.facts);
    process.exit(1);
  });
  const stopped = whenAborted(signals.stop).then(() => 'stopped' as const);
  const broken = parts.broken.then((what): never => {
    throw new Error(what);
  });

  try {
    await Promise.race([startAndShow(session), stopped, broken]);
    await Promise.race([stopped, broken]);
    return 0;
  } catch (error) {
    terminal.line(terminal.bad(error instanceof Error ? error.message : String(error)));
    return 1;
  } finally {
    ended.abort();
    if (signals.stop.aborted) terminal.line('\nStopping …');
    await session.shown;
    await parts.stop();
    if (session.facts !== undefined) await removeStackFile(folder, session.facts);
    signals.dispose();
  }
}

/** One run of the stack, and how far it has come. */
interface Session {
  readonly options: RunOptions;
  readonly parts: Parts;
  readonly ended: AbortSignal;
  /** Once the stack is ready. */
  facts?: StackFacts;
  /** Resolves when nothing more is printed. */
  shown?: Promise<void>;
}

/** Starts the stack, prints where everything is, and goes on to print what happens. */
async function startAndShow(session: Session): Promise<void> {
  const { options, parts, ended } = session;
  const { folder, terminal } = options;
  const running = await readRunningStack(folder);
  if (running !== undefined) {
    throw new Error(
      `The stack already runs in this folder (process ${running.pids['start'] ?? '?'}). If it does not, delete .local/stack.json.`,
    );
  }
  const given = await readGivenSettings(folder, options.environment);
  const keys = await localKeys(folder);
  terminal.line('Starting …');
  const log = await openRelayLog(folder);
  const stack = await startStack(
    {
      given,
      keys,
      ports: options.ports,
      processes: options.processes,
      storageFolder: path.join(stackFolder(folder), 'storage'),
      onHostLine: (line) => {
        log.write(`${new Date().toISOString()} ${line}\n`);
        const span = describeSpan(line);
        if (span !== undefined) print(terminal, 'span', span);
        // Information that the app logs about an event is left out: the event is printed as it comes from the bus.
        const trouble = describeHostLine(line);
        if (trouble !== undefined) print(terminal, trouble.label, trouble.text);
        else if (options.verbose && span === undefined) print(terminal, 'host', line);
      },
      onReceiverLine: (line) => {
        if (!options.quiet) print(terminal, 'webhook', line);
      },
    },
    parts,
    ended,
  );
  if (ended.aborted) return;
  session.facts = stack.facts;
  await writeStackFile(folder, stack.facts);
  const shownKeys = options.keyboard === undefined || stack.facts.ucwaUrl === undefined ? undefined : KEYS;
  printHeader(terminal, stack, { readyInMs: performance.now(), verbose: options.verbose, keys: shownKeys });
  if (options.watch) restartOnChange(session, stack);
  process.send?.({ ready: stack.facts });
  session.shown = showWhatHappens(options, stack, given['RELAY_SIGNING_KEY'] ?? keys.signingKey, ended);
}

/** `.local/relay.log`: every line of the functions host and the app since this start. */
async function openRelayLog(folder: string): Promise<WriteStream> {
  await mkdir(stackFolder(folder), { recursive: true });
  const log = createWriteStream(path.join(stackFolder(folder), 'relay.log'), { mode: 0o600 });
  // A full disk costs the log, not the stack.
  return log.on('error', () => undefined);
}

/** Restarts the functions host whenever the app has been built again after a change. */
function restartOnChange(session: Session, stack: StartedStack): void {
  const { terminal, folder } = session.options;
  const onProblem = (text: string): void => print(terminal, 'problem', text);
  rebuildOnChange({
    projectFolder,
    clock: systemClock,
    signal: session.ended,
    onProblem,
    onBuilt: async () => {
      try {
        session.facts = await stack.restartHost();
        await writeStackFile(folder, session.facts);
        print(terminal, 'rebuilt', 'the functions host runs the changed app');
      } catch (error) {
        onProblem(error instanceof Error ? error.message : String(error));
      }
    },
  });
}

function print(terminal: Terminal, label: string, text: string): void {
  printLine(terminal, { atMs: Date.now(), label, text });
}

/** The lines of all that happens, and the calls that make it happen, until `ended` is aborted; resolves when both are over. */
async function showWhatHappens(
  options: RunOptions,
  { facts, serviceBusConnection }: StartedStack,
  signingKey: string,
  ended: AbortSignal,
): Promise<void> {
  const { terminal, quiet } = options;
  const simulator = facts.ucwaUrl === undefined ? undefined : createSimulator(facts.ucwaUrl);
  const emissionTimes = simulator === undefined ? undefined : createEmissionTimes(simulator, signingKey);
  const topic =
    quiet || serviceBusConnection === undefined
      ? undefined
      : showTopic({ terminal, serviceBusConnection, emissionTimes });
  const onProblem = (text: string): void => print(terminal, 'problem', text);
  const stopKeys =
    options.keyboard === undefined || simulator === undefined
      ? undefined
      : listenToKeys(options.keyboard, { terminal, simulator, facts, topic });
  if (options.calls && simulator !== undefined) {
    await runDemoCalls(simulator, systemClock, ended, onProblem);
    if (!ended.aborted && !quiet)
      terminal.line(
        `\n  These were the demo’s calls. ${stopKeys === undefined ? 'npm run ring' : 'r'} rings another.\n`,
      );
  }
  await whenAborted(ended);
  stopKeys?.();
  await topic?.close();
}
