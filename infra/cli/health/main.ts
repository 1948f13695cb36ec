import { readCommandLine } from '../../local/start/commandLine';
import { healthSchema } from '../../local/start/keys/relayApi';
import { printHealth } from '../../local/start/print/printHealth';
import { createTerminal, endWithReader } from '../../local/start/print/terminal';
import { findRelay } from '../findRelay';
import { requestRelay, toJson } from '../requestRelay';

const HELP = `Shows the health of a relay: pass, warn or fail, and why.

  npm run health

  --help  this text

The relay is that of RELAY_URL with the key RELAY_FUNCTION_KEY and, where it asks for a token, RELAY_TOKEN with the role
Operations.Manage, in the environment or local.settings.json; else that of the local stack.
Ends with code 0 when it passes or warns, 1 when it fails or does not answer, 2 when it was called wrongly.`;

/** The relay itself asks bus and tables for up to 5 s each. */
const TIMEOUT_MS = 30_000;

async function main(): Promise<number> {
  readCommandLine(HELP, {});
  endWithReader(process.stdout);
  const relay = await findRelay(process.cwd(), process.env);
  const { status, text } = await requestRelay(relay, '/health', { timeoutMs: TIMEOUT_MS });
  const health = healthSchema.safeParse(toJson(text));
  if (!health.success) throw new Error(`The relay answered ${status} to GET /api/health.`);
  printHealth(createTerminal(process.stdout, process.env), health.data);
  return health.data.status === 'fail' ? 1 : 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
