import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Scenario } from './scenario';

type Scenarios = Readonly<Record<string, Scenario>>;

export interface CommandLine {
  readonly scenario: Scenario;
  /** Every option of the scenario, and `seed`. */
  readonly values: Readonly<Record<string, number>>;
}

const SEEDS = 2 ** 32;

/** What `--help` says. */
export function usage(scenarios: Scenarios): string {
  const line = (name: string, says: string): string => `  --${name.padEnd(14)}${says}`;
  const parts = Object.entries(scenarios).map(([name, { says, options }]) =>
    [
      `npm run chaos -- ${name === firstOf(scenarios) ? '' : `--${name} `}[options]`,
      `  ${says}`,
      ...Object.entries(options).map(([option, { default: value, says: what }]) =>
        line(`${option} N`, `${what} (default ${value})`),
      ),
    ].join('\n'),
  );
  return [
    ...parts,
    [
      line('seed N', 'makes the same random choices again; printed at the start of each run'),
      line('help', 'this text'),
    ].join('\n'),
  ].join('\n\n');
}

/** The scenario that is meant and its numbers; a random seed unless one is given. Errors: an Error that says what is not understood. */
export function readCommandLine(args: readonly string[], scenarios: Scenarios): CommandLine | 'help' {
  const first = firstOf(scenarios);
  const name = Object.keys(scenarios).find((each) => each !== first && args.includes(`--${each}`)) ?? first;
  const scenario = scenarios[name];
  if (scenario === undefined) throw new Error('There is no scenario.');
  const options = Object.entries({ ...scenario.options, seed: { default: randomInt(SEEDS), least: 0 } });
  const { values: given }: { readonly values: Readonly<Record<string, string | boolean | undefined>> } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean' },
      ...(name === first ? {} : { [name]: { type: 'boolean' } }),
      ...Object.fromEntries(options.map(([option]) => [option, { type: 'string' as const }])),
    },
  });
  if (given['help'] === true) return 'help';
  return {
    scenario,
    values: Object.fromEntries(
      options.map(([option, { default: value, least }]) => [option, toNumber(option, given[option], value, least)]),
    ),
  };
}

function toNumber(name: string, text: string | boolean | undefined, missing: number, least: number): number {
  if (text === undefined) return missing;
  const value = Number(text);
  if (!/^\d+$/.test(String(text)) || value < least)
    throw new Error(`--${name} must be a whole number from ${least} up, not "${String(text)}".`);
  return value;
}

function firstOf(scenarios: Scenarios): string {
  return Object.keys(scenarios)[0] ?? '';
}
