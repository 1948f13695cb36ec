/** `npm run chaos`: exit code 0 when everything held, 1 when not, 2 for a command line that is not understood. */
import { readCommandLine, usage, type CommandLine } from './commandLine';
import { scenarios } from './scenarios';

async function main(): Promise<number> {
  let commandLine: CommandLine | 'help';
  try {
    commandLine = readCommandLine(process.argv.slice(2), scenarios);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage(scenarios)}`);
    return 2;
  }
  if (commandLine === 'help') {
    console.log(usage(scenarios));
    return 0;
  }
  const { scenario, values } = commandLine;
  console.log(`seed ${String(values['seed'])}`);
  const held = await scenario.run(values, (line) => console.log(line));
  return held ? 0 : 1;
}

main().then(
  (exitCode) => (process.exitCode = exitCode),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
