import path from 'node:path';
import { systemClock } from '../../../shared/clock';
import { createEmissionTimes } from './emissionTimes';
import { readGivenSettings } from './givenSettings';
import { localKeys } from './localKeys';
import { createParts } from './parts';
import { printHeader } from './printHeader';
import { printLine } from './printLine';
import { rehearse } from './rehearse';
import { showTopic } from './showTopic';
import { createSimulator } from './simulator';
import { readRunningStack, removeStackFile, stackFolder, writeStackFile, type StackFacts } from './stackFile';
import { startStack, type StackPorts, type StartedStack } from './startStack';
import { listenForStop, whenAborted } from './stopSignals';
import type { Terminal } from './terminal';

export interface RunOptions {
  /** Where `.local/` and `local.settings.json` are. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly ports: StackPorts;
  /** Whether each Service Bus function runs in a process of its own, as on Flex Consumption. */
  readonly processes: boolean;
  /** Whether calls come in by themselves. */
  readonly calls: boolean;
  /** Whether the lines about what happens are left out. */
  readonly quiet: boolean;
  readonly terminal: Terminal;
}

/**
 * Runs the stack until it is told to stop, or a part of it ends by itself, and then stops all of it. Resolves with the
 * exit code: 0 when it was told to stop, 1 when something failed, which it has then said. Never rejects.
 */
export async function runStack(options: RunOptions): Promise<number> {
  const { folder, terminal } = options;
  const signals = listenForStop();
  const parts = createParts();
  const ended = new AbortController();
  const happened = (label: string, text: string): void => printLine(terminal, { atMs: Date.now(), label, text });
  let facts: StackFacts | undefined;
  void whenAborted(signals.now).then(async () => {
    await parts.kill();
    if (facts !== undefined) await removeStackFile(folder, facts);
    process.exit(1);
  });
  let show: Promise<void> | undefined;
  const reported = whenAborted(signals.stop).then(() => 'told to stop' as const);
  const broken = parts.broken.then((what): never => {
    throw new Error(what);
  });

  try {
    const running = await readRunningStack(folder);
    if (running !== undefined) {
      throw new Error(
        `The stack already runs in this folder (process ${running.pids['start'] ?? '?'}). If it does not, delete .local/stack.json.`,
      );
    }
    const given = await readGivenSettings(folder, options.environment);
    const keys = await localKeys(folder);
    terminal.line('Starting …');
    const stack = await Promise.race([
      startStack(
        {
          given,
          keys,
          ports: options.ports,
          processes: options.processes,
          storageFolder: path.join(stackFolder(folder), 'storage'),
          onHostLine: (line) => {
            // What the app logs about each event is here already, as it comes from the bus.
            if (/^(warning|error):/.test(line)) happened('host', line);
          },
          onReceiverLine: (line) => {
            if (!options.quiet) happened('webhook', line);
          },
        },
        parts,
        ended.signal,
      ),
      reported,
      broken,
    ]);
    if (stack === 'told to stop') return 0;

    facts = stack.facts;
    await writeStackFile(folder, facts);
    printHeader(terminal, stack, performance.now());
    process.send?.({ ready: facts });
    show = showWhatHappens(options, stack, given['RELAY_SIGNING_KEY'] ?? keys.signingKey, ended.signal);
    await Promise.race([reported, broken]);
    return 0;
  } catch (error) {
    terminal.line(terminal.bad(error instanceof Error ? error.message : String(error)));
    return 1;
  } finally {
    ended.abort();
    if (signals.stop.aborted) terminal.line('\nStopping …');
    await show;
    await parts.stop();
    if (facts !== undefined) await removeStackFile(folder, facts);
    signals.dispose();
  }
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
  const onProblem = (text: string): void => printLine(terminal, { atMs: Date.now(), label: 'problem', text });
  if (options.calls && simulator !== undefined) await rehearse(simulator, systemClock, ended, onProblem);
  await whenAborted(ended);
  await topic?.close();
}
