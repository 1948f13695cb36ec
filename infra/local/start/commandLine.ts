import { parseArgs, type ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<Given extends Options> = ReturnType<
  typeof parseArgs<{ options: Given; strict: true; allowPositionals: false }>
>['values'];

/** Reads this process's options. `--help` prints `help` and ends; an option that is not known says so and ends with code 2. */
export function readCommandLine<const Given extends Options>(help: string, options: Given): Values<Given> {
  helpIfAsked(help);
  try {
    return parseArgs({ options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error));
  }
}

/** As readCommandLine, with words beside the options: a command and what it is for. */
export function readArguments<const Given extends Options>(
  help: string,
  options: Given,
): { readonly values: Values<Given>; readonly positionals: readonly string[] } {
  helpIfAsked(help);
  try {
    return parseArgs<{ options: Given; strict: true; allowPositionals: true }>({
      options,
      strict: true,
      allowPositionals: true,
    });
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error));
  }
}

function helpIfAsked(help: string): void {
  if (!process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) return;
  console.log(help);
  process.exit(0);
}

/** A port number from an option's text, 0 to 65535; ends with code 2 when it is none. */
export function portOption(name: string, text: string | undefined, standard: number): number {
  if (text === undefined) return standard;
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port <= 65_535 ? port : misused(`--${name} must be a port, 0 to 65535.`);
}

/** Ends the process as one that was called wrongly: the message on stderr, code 2. */
export function misused(message: string): never {
  console.error(`${message}\nWith --help it says what it takes.`);
  process.exit(2);
}
