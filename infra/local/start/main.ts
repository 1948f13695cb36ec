import { misused, portOption, readCommandLine } from './commandLine';
import { runStack } from './runStack';
import { createTerminal, stopWithReader } from './print/terminal';

const HELP = `The whole of ucwa-relay on this machine: a UCWA simulator, a Service Bus, Azure Storage, the functions host with
the app, and a webhook receiver. Some calls come in, and every event is printed as it comes from the bus.

  npm start [-- options]

  --no-calls          nobody calls but you (npm run ring)
  --quiet             prints addresses and problems, not a line per event
  --verbose           prints connection strings, what Microsoft's Service Bus emulator would refuse, and every line of the
                      relay's log too, which is always in .local/relay.log
  --processes         runs each Service Bus function in a process of its own, as Azure's Flex Consumption plan does
  --watch             builds the app again when a source changes and restarts the functions host (npm run dev)
  --inspect           opens the inspector of the process that runs the app, for a debugger to attach to
  --functions-port N  default 7071
  --ucwa-port N       default 8080
  --bus-port N        default 5672
  --storage-port N    default 10000; queues and tables are at the two ports after it
  --receiver-port N   default 7080
  --inspect-port N    default 9229
  --help              this text

A port that is taken: the next free one; 0: any. A setting that is given, in the environment or in local.settings.json,
takes the place of its stand-in. Addresses and keys are in .local/stack.json while the stack runs. Ctrl-C stops it,
a second one at once.`;

function main(): Promise<number> {
  const options = readCommandLine(HELP, {
    'no-calls': { type: 'boolean' },
    quiet: { type: 'boolean' },
    verbose: { type: 'boolean' },
    processes: { type: 'boolean' },
    watch: { type: 'boolean' },
    inspect: { type: 'boolean' },
    'functions-port': { type: 'string' },
    'ucwa-port': { type: 'string' },
    'bus-port': { type: 'string' },
    'storage-port': { type: 'string' },
    'receiver-port': { type: 'string' },
    'inspect-port': { type: 'string' },
  });
  const blob = portOption('storage-port', options['storage-port'], 10_000);
  if (blob > 65_533) misused('--storage-port must leave room for two more ports.');
  const ports = {
    functions: portOption('functions-port', options['functions-port'], 7071),
    ucwa: portOption('ucwa-port', options['ucwa-port'], 8080),
    serviceBus: portOption('bus-port', options['bus-port'], 5672),
    storage: blob === 0 ? { blob, queue: 0, table: 0 } : { blob, queue: blob + 1, table: blob + 2 },
    receiver: portOption('receiver-port', options['receiver-port'], 7080),
    inspector: options.inspect === true ? portOption('inspect-port', options['inspect-port'], 9229) : undefined,
  };

  stopWithReader(process.stdout);
  return runStack({
    folder: process.cwd(),
    environment: process.env,
    ports,
    processes: options.processes === true,
    watch: options.watch === true,
    calls: options['no-calls'] !== true,
    quiet: options.quiet === true,
    verbose: options.verbose === true,
    keyboard: process.stdin.isTTY ? process.stdin : undefined,
    terminal: createTerminal(process.stdout, process.env),
  });
}

void main().then((code) => {
  process.exit(code); // the SDK may go on for a minute with a link that was being opened when its client was closed
});
