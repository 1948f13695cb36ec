/** The host's command line: `npm run host -- --help`. */
import { parseArgs } from 'node:util';
import { FunctionAppLoadError } from './app/loadFunctionApp';
import { createConsoleLog, errorLine, type HostLog } from './hostLog';
import { listFunctions } from './listFunctions';
import { startFunctionsHost, type FunctionsHost } from './startFunctionsHost';

const HELP = `Runs a compiled Azure Functions app (Node.js, programming model v4) on this machine.

  --app DIR               the app: where package.json and host.json are (default: the current folder)
  --port N                port on 127.0.0.1 (default 7071; the next free one when it is taken; 0: any)
  --key KEY               the key that opens every function (default: a random one, printed)
  --run-timers-on-start   run every timer once at once, instead of waiting for its schedule
  --quiet                 print only what functions log, warnings and errors
  --help                  this text`;

function readCommandLine(): ReturnType<typeof parse> {
  try {
    return parse();
  } catch (error) {
    console.error(`${errorLine(error)}\n\n${HELP}`);
    process.exit(2);
  }
}

function parse() {
  const { values } = parseArgs({
    options: {
      app: { type: 'string', default: process.cwd() },
      port: { type: 'string', default: '7071' },
      key: { type: 'string' },
      'run-timers-on-start': { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) throw new Error(`--port: "${values.port}" is not a port.`);
  if (values.key === '') throw new Error('--key: an empty key opens nothing.');
  return { ...values, port };
}

/** Ctrl-C, a polite kill and the end of the parent all stop the host; a second Ctrl-C does not wait. */
function stopOnSignals(host: FunctionsHost, log: HostLog): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    log({ level: 'information', message: 'Stopping.' });
    void host.close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
}

async function main(): Promise<void> {
  const { app, port, key, quiet, help, 'run-timers-on-start': runTimersOnStart } = readCommandLine();
  if (help) {
    console.log(HELP);
    return;
  }
  const log = createConsoleLog({ quiet });
  const host = await startFunctionsHost({
    appDirectory: app,
    port,
    log,
    runTimersOnStart,
    ...(key === undefined ? {} : { functionsKey: key }),
  });
  stopOnSignals(host, log);
  for (const line of listFunctions(host, key === undefined)) log({ level: 'information', message: line });
  process.send?.({
    ready: { url: host.url, functionsKey: host.functionsKey, functions: host.functions.map(({ name }) => name) },
  });
}

main().catch((error: unknown) => {
  console.error(`error: ${errorLine(error)}`);
  // The message names the file; where in it, only the stack of what it threw says.
  if (error instanceof FunctionAppLoadError && error.cause instanceof Error) console.error(error.cause.stack);
  process.exit(1);
});
