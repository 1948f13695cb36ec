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
  void whenAborted(signals.now).then(() => parts.kill());
  const happened = (label: string, text: string): void => printLine(terminal, { atMs: Date.now(), label, text });
  let facts: StackFacts | undefined;
  let show: { close(): Promise<void> } | undefined;
  const told = whenAborted(signals.stop).then(() => 'told to stop' as const);
  const broken = parts.broken.then((what): never => {
    throw new Error(what);
  });

  try {
    const running = await readRunningStack(folder);
    if (running !== undefined) {
      throw new Error(`The stack already runs in this folder (process ${running.pids['start'] ?? '?'}). If it does not, delete .local/stack.json.`);
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
      ),
      told,
      broken,
    ]);
    if (stack === 'told to stop') return 0;

    facts = stack.facts;
    await writeStackFile(folder, facts);
    printHeader(terminal, stack, performance.now());
    process.send?.({ ready: facts });
    show = showWhatHappens(options, stack, given['RELAY_SIGNING_KEY'] ?? keys.signingKey);
    await Promise.race([told, broken]);
    return 0;
  } catch (error) {
    terminal.line(terminal.bad(error instanceof Error ? error.message : String(error)));
    return 1;
  } finally {
    if (signals.stop.aborted) terminal.line('\nStopping …');
    await show?.close();
    await parts.stop();
    if (facts !== undefined) await removeStackFile(folder, facts);
    signals.dispose();
  }
}

/** The lines of all that happens, and the calls that make it happen. */
function showWhatHappens(options: RunOptions, { facts, serviceBusConnection }: StartedStack, signingKey: string): { close(): Promise<void> } {
  const { terminal, quiet } = options;
  const simulator = facts.ucwaUrl === undefined ? undefined : createSimulator(facts.ucwaUrl);
  const ended = new AbortController();
  const emissionTimes = simulator === undefined ? undefined : createEmissionTimes(simulator, signingKey);
  const topic = quiet || serviceBusConnection === undefined ? undefined : showTopic({ terminal, serviceBusConnection, emissionTimes });
  const onProblem = (text: string): void => printLine(terminal, { atMs: Date.now(), label: 'problem', text });
  const calls = options.calls && simulator !== undefined ? rehearse(simulator, systemClock, ended.signal, onProblem) : undefined;
  return {
    close: async () => {
      ended.abort();
      await Promise.all([calls, topic?.close()]);
    },
  };
}
