/** A line for the person who watches. */
export type Print = (line: string) => void;

/** A whole number that the command line may give. */
export interface NumberOption {
  readonly default: number;
  readonly least: number;
  /** What it is, for `--help`. */
  readonly says: string;
}

/** One way of being cruel to the relay. */
export interface Scenario<Name extends string = string> {
  /** What is done, and what must hold in the end. */
  readonly says: string;
  /** Besides `seed`, which every scenario has. */
  readonly options: Readonly<Record<Name, NumberOption>>;
  /** Prints how it goes, and what came of it; resolves with whether everything held. The same seed makes the same random choices. */
  run(values: Readonly<Record<Name | 'seed', number>>, print: Print): Promise<boolean>;
}

/** `print` with the seconds since now before each line. */
export function withSeconds(print: Print): Print {
  const startedMs = performance.now();
  return (line) => print(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(8)} s  ${line}`);
}
