/** `npm run chaos`: exit code 0 when everything held, 1 when not, 2 for a command line that is not understood. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz';
import { kills } from './kills';
import type { Scenario } from './scenario';

/** A row for each scenario, by the flag that chooses it; the first runs where no flag is given. */
const scenarios: Readonly<Record<string, Scenario>> = { kills, fuzz };
const [first = ''] = Object.keys(scenarios);

const SEEDS = 2 ** 32;

function usage(): string {
  const option = (name: string, says: string): string => `  --${name.padEnd(14)}${says}`;
  const parts = Object.entries(scenarios).map(([name, { says, options }]) =>
    [
      `npm run chaos -- ${name === first ? '' : `--${name} `}[options]`,
      `  ${says}`,
      ...Object.entries(options).map(([each, { default: value, says: what }]) => option(`${each} N`, `${what} (default ${value})`)),
    ].join('\n'),
  );
  return [...parts, [option('seed N', 'makes the same random choices again; printed at the start of each run'), option('help', 'this text')].join('\n')].join('\n\n');
}

interface CommandLine {
  readonly scenario: Scenario;
  readonly values: Readonly<Record<string, number>>;
}

/** Errors: an Error that says what is not understood. */
function readCommandLine(args: readonly string[]): CommandLine | 'help' {
  const name = Object.keys(scenarios).find((each) => each !== first && args.includes(`--${each}`)) ?? first;
  const scenario = scenarios[name];
  if (scenario === undefined) throw new Error(`There is no scenario ${name}.`);
  const options = { ...scenario.options, seed: { default: randomInt(SEEDS), least: 0 } };
  const { values: given }: { readonly values: Readonly<Record<string, string | boolean | undefined>> } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean' },
      ...(name === first ? {} : { [name]: { type: 'boolean' } }),
      ...Object.fromEntries(Object.keys(options).map((each) => [each, { type: 'string' as const }])),
    },
  });
  if (given['help'] === true) return 'help';
  return { scenario, values: Object.fromEntries(Object.entries(options).map(([each, { default: value, least }]) => [each, toNumber(each, given[each], value, least)])) };
}

function toNumber(name: string, text: string | boolean | undefined, missing: number, least: number): number {
  if (text === undefined) return missing;
  const value = Number(text);
  if (!/^\d+$/.test(String(text)) || value < least) throw new Error(`--${name} must be a whole number from ${least} up, not "${String(text)}".`);
  return value;
}

async function main(): Promise<number> {
  let commandLine: CommandLine | 'help';
  try {
    commandLine = readCommandLine(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage()}`);
    return 2;
  }
  if (commandLine === 'help') {
    console.log(usage());
    return 0;
  }
  const { scenario, values } = commandLine;
  console.log(`seed ${String(values['seed'])}`);
  return (await scenario.run(values, (line) => console.log(line))) ? 0 : 1;
}

main().then(
  (exitCode) => (process.exitCode = exitCode),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
