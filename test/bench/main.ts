/** `npm run bench [-- NAME …] [--quick]`: exit code 0 when every bound holds, 1 when not, 2 for a command line that is not understood. */
import { parseArgs } from 'node:util';
import { bus } from './bus';
import { latency } from './latency';
import { channels } from './channels';
import { commands } from './commands';
import { consolePages } from './console';
import { startup } from './startup';
import { throughput } from './throughput';
import { webhooks } from './webhooks';
import { runBench, type Bench } from './harness';

const benches: readonly Bench[] = [bus, latency, throughput, commands, startup, channels, webhooks, consolePages];

const USAGE = `npm run bench [-- NAME …] [--quick]

${benches.map(({ name, says }) => `  ${name.padEnd(12)}${says}`).join('\n')}

  --quick     once, on a small scale, to see that it runs; its figures mean nothing and are not judged
  --help      this text`;

function readCommandLine(): { readonly chosen: readonly Bench[]; readonly quick: boolean } | 'help' {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return 'help';
  const unknown = positionals.find((name) => benches.every((bench) => bench.name !== name));
  if (unknown !== undefined) throw new Error(`There is no bench ${unknown}.`);
  return {
    chosen: benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    quick: values.quick,
  };
}

async function main(): Promise<number> {
  let commandLine: ReturnType<typeof readCommandLine>;
  try {
    commandLine = readCommandLine();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (commandLine === 'help') {
    console.log(USAGE);
    return 0;
  }
  let allHold = true;
  for (const bench of commandLine.chosen) allHold = (await runBench(bench, commandLine.quick)) && allHold;
  return allHold ? 0 : 1;
}

main().then(
  (exitCode) => process.exit(exitCode), // The SDK may go on for a minute with a link that was being opened when its client was closed.
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
