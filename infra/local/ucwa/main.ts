import { parseArgs } from 'node:util';
import { createLog, silentLog } from '../../../shared/telemetry/log';
import { cutWays, type IdleCut } from './proxy/idleCut';
import { startUcwaSimulator, type RunningUcwaSimulator } from './startUcwaSimulator';

const USAGE = `Usage: npm run ucwa -- [--port <number>] [--quiet]

Starts the UCWA simulator on 127.0.0.1. Any user name, with the password "password".

  --port <number>  default 8080; when it is taken, the next free one
  --quiet          no line per event and command
  --cut-after <n>s polls that wait are cut after n seconds, as reverse proxies do (Azure Application Proxy: 85s)
  --allow-origin <origin>  clients of this origin are let in, others get 403; may be repeated
  --cut-with <way> how: reset (default), close, 408, 502 or 504
  --help           this text`;

/** How many ports are tried after the one that was asked for. */
const MORE_PORTS = 50;

interface Arguments {
  readonly port: number;
  readonly quiet: boolean;
  readonly idleCut: IdleCut | undefined;
  readonly allowedOrigins: readonly string[];
}

function parseArguments(): Arguments | { readonly exitCode: number; readonly text: string } {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '8080' },
        quiet: { type: 'boolean', default: false },
        'cut-after': { type: 'string' },
        'cut-with': { type: 'string', default: 'reset' },
        'allow-origin': { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { exitCode: 0, text: USAGE };
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535)
      return { exitCode: 2, text: `--port must be a number from 0 to 65535, not "${values.port}".\n\n${USAGE}` };
    const idleCut = parseIdleCut(values['cut-after'], values['cut-with']);
    if (typeof idleCut === 'string') return { exitCode: 2, text: `${idleCut}\n\n${USAGE}` };
    return { port, quiet: values.quiet, idleCut, allowedOrigins: values['allow-origin'] };
  } catch (error) {
    return { exitCode: 2, text: `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}` };
  }
}

/** Undefined where nothing is to be cut; a sentence where the values make no sense. */
function parseIdleCut(after: string | undefined, way: string): IdleCut | undefined | string {
  const known = cutWays.find((each) => each === way);
  if (known === undefined) return `--cut-with must be one of ${cutWays.join(', ')}, not "${way}".`;
  if (after === undefined) return undefined;
  const seconds = /^(\d+(?:\.\d+)?)s?$/.exec(after)?.[1];
  if (seconds === undefined || Number(seconds) === 0) return `--cut-after must be seconds, as "85s", not "${after}".`;
  return { afterMs: Number(seconds) * 1000, way: known };
}

async function startOnFreePort({ port, quiet, idleCut, allowedOrigins }: Arguments): Promise<RunningUcwaSimulator> {
  const log = quiet ? silentLog : createLog((_, line) => console.log(line));
  for (let candidate = port; ; candidate++) {
    try {
      const running = await startUcwaSimulator({ port: candidate, log, idleCut, allowedOrigins });
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
