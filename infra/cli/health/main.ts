import { readCommandLine } from '../../local/start/commandLine';
import { printHealth } from '../../local/start/print/printHealth';
import { createTerminal, endWithReader } from '../../local/start/print/terminal';
import { createRelayApi } from '../../local/start/keys/relayApi';
import { readRunningStack } from '../../local/start/stackFile';

const HELP = `Shows the health of the relay that npm start runs: pass, warn or fail, and why.

  npm run health

  --help  this text

Exit code 0 when it passes or warns, 1 when it fails or does not answer.`;

async function main(): Promise<number> {
  readCommandLine(HELP, {});
  endWithReader(process.stdout);
  const stack = await readRunningStack(process.cwd());
  if (stack === undefined)
    throw new Error('No stack runs in this folder. Start it first, in another terminal: npm start');
  const health = await createRelayApi(stack).health();
  printHealth(createTerminal(process.stdout, process.env), health);
  return health.status === 'fail' ? 1 : 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
