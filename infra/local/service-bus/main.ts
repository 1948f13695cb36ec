import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readProductConfig } from './config/productConfig';
import { DEFAULT_KEY, startServiceBus, type ServiceBus, type ServiceBusOptions } from './startServiceBus';

const DEFAULT_CERTIFICATE_FOLDER = join('.local', 'certificate');

const USAGE = `Usage: npm run bus -- [--config FILE] [--host NAME] [--port N] [--data DIR]
                       [--certificate DIR] [--key KEY] [--quiet]

  --config FILE  entities, as in the Config.json of Microsoft's emulator (default: the product's)
  --host NAME    name or address of this machine to listen on (default: 127.0.0.1; 0.0.0.0 for all)
  --port N       port (default: 5672, or the next that is free)
  --data DIR     keep messages in this directory, so that they survive (default: in memory only)
  --certificate DIR  directory of the certificate for TLS, made at the first start (default: .local/certificate)
  --key KEY      value of the key RootManageSharedAccessKey (default: ${DEFAULT_KEY})
  --quiet        print the connection string only
`;

const DEFAULT_PORT = 5672;

const PORTS_TO_TRY = 100;

interface Arguments {
  readonly config: string | undefined;
  readonly port: number | undefined;
  readonly data: string | undefined;
  readonly host: string | undefined;
  readonly certificate: string;
  readonly key: string;
  readonly quiet: boolean;
}

/** The command line. Exits with 2 when it is not understood. */
function readArguments(): Arguments {
  try {
    const { values } = parseArgs({
      options: {
        config: { type: 'string' },
        port: { type: 'string' },
        data: { type: 'string' },
        host: { type: 'string' },
        certificate: { type: 'string', default: DEFAULT_CERTIFICATE_FOLDER },
        key: { type: 'string', default: DEFAULT_KEY },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    return {
      config: values.config,
      port: readPort(values.port),
      data: values.data,
      host: values.host,
      certificate: values.certificate,
      key: values.key,
      quiet: values.quiet,
    };
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port is a number from 0 to 65535, not '${text}'.`);
  return port;
}

/** On the wanted port, or on the next one that is free. */
async function startOnFreePort(options: ServiceBusOptions, wanted: number): Promise<ServiceBus> {
  for (let port = wanted; ; port += 1) {
    try {
      return await startServiceBus({ ...options, port });
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!taken || port >= Math.min(wanted + PORTS_TO_TRY, 65_535)) throw error;
      console.log(`Port ${port} is taken.`);
    }
  }
}

async function main(): Promise<void> {
  const { config, port, data, host, certificate, key, quiet } = readArguments();
  const log = (line: string): void => {
    if (!quiet) console.log(line);
  };
  const options = {
    config: config ?? readProductConfig(),
    key,
    log,
    certificateFolder: certificate,
    ...(data === undefined ? {} : { dataDirectory: data }),
    ...(host === undefined ? {} : { host }),
  };
  const bus = await startOnFreePort(options, port ?? DEFAULT_PORT);
  console.log(`Service Bus is ready: ${bus.connectionString}`);
  if (bus.tls !== undefined) log(`With TLS: ${bus.tls.connectionString}\n  trust ${bus.tls.certificate}`);
  for (const entity of receivable(bus)) log(`  ${entity}`);
  process.send?.({
    ready: { port: bus.port, connectionString: bus.connectionString, tls: bus.tls, differences: bus.differences },
  });

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    const left = bus.entities();
    for (const entity of receivable(bus))
      log(`  ${entity}: ${describe(left[entity], left[`${entity}/$DeadLetterQueue`])}`);
    void bus.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  process.once('disconnect', stop);
}

const receivable = (bus: ServiceBus): string[] =>
  Object.keys(bus.entities()).filter((entity) => !entity.endsWith('/$DeadLetterQueue'));

type Counts = ReturnType<ServiceBus['entities']>[string];

function describe(counts: Counts | undefined, dead: Counts | undefined): string {
  const { active = 0, locked = 0, scheduled = 0 } = counts ?? {};
  return `${active} active, ${locked} locked, ${scheduled} scheduled, ${(dead?.active ?? 0) + (dead?.locked ?? 0)} dead-lettered`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
