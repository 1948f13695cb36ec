import { parseArgs } from 'node:util';
import { createLog, silentLog } from '../../../shared/telemetry/log';
import { startUcwaSimulator, type RunningUcwaSimulator } from './startUcwaSimulator';

const USAGE = `Usage: npm run ucwa -- [--port <number>] [--quiet]

Starts the UCWA simulator on 127.0.0.1. Any user name, with the password "password".

  --port <number>  default 8080; when it is taken, the next free one
  --quiet          no line per event and command
  --help           this text`;

/** How many ports are tried after the one that was asked for. */
const MORE_PORTS = 50;

interface Arguments {
  readonly port: number;
  readonly quiet: boolean;
}

function parseArguments(): Arguments | { readonly exitCode: number; readonly text: string } {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '8080' },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { exitCode: 0, text: USAGE };
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535)
      return { exitCode: 2, text: `--port must be a number from 0 to 65535, not "${values.port}".\n\n${USAGE}` };
    return { port, quiet: values.quiet };
  } catch (error) {
    return { exitCode: 2, text: `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}` };
  }
}

async function startOnFreePort({ port, quiet }: Arguments): Promise<RunningUcwaSimulator> {
  const log = quiet ? silentLog : createLog((_, line) => console.log(line));
  for (let candidate = port; ; candidate++) {
    try {
      const running = await startUcwaSimulator({ port: candidate, log });
      if (candidate !== port) console.log(`Port ${port} is taken; using ${candidate}.`);
      return running;
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken || port === 0 || candidate >= Math.min(port + MORE_PORTS, 65_535)) throw error;
    }
  }
}

async function main(): Promise<void> {
  const args = parseArguments();
  if ('text' in args) {
    (args.exitCode === 0 ? console.log : console.error)(args.text);
    process.exitCode = args.exitCode;
    return;
  }
  const running = await startOnFreePort(args);
  console.log(
    `UCWA simulator at ${running.url} (any user name, password "password"; control routes under ${running.url}sim/)`,
  );
  process.send?.({ ready: { url: running.url, port: running.port } });

  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    stopping ??= running.close().then(() => {
      if (process.connected) process.disconnect();
    });
  };
  process.once('SIGINT', stop).once('SIGTERM', stop).once('disconnect', stop);
}

main().catch((error: unknown) => {
  console.error(`The UCWA simulator could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
