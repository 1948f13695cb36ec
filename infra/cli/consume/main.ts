import { ServiceBusClient } from '@azure/service-bus';
import { credentialFor } from '../../../shared/identity';
import { readCommandLine } from '../../local/start/commandLine';
import { createTerminal, endWithReader } from '../../local/start/print/terminal';
import { listenForStop, whenAborted } from '../../local/start/stopSignals';
import { findBus } from '../findBus';
import { consume } from './consume';

const HELP = `Prints a line for each event that comes from Service Bus, as a consumer of yours would receive it.

  npm run consume [-- --subscription NAME]

  --subscription NAME  of the topic invitation-events; default consumer. What is printed is taken off it, so that
                       another consumer of the same subscription does not have it.
  --help               this text

The bus is that of ServiceBusConnection, or of ServiceBusConnection__fullyQualifiedNamespace as whom you are signed in
(az login) with the role Azure Service Bus Data Receiver, in the environment or local.settings.json; else that of the
local stack. Ctrl-C ends it.`;

async function main(): Promise<void> {
  const { subscription } = readCommandLine(HELP, { subscription: { type: 'string', default: 'consumer' } });
  endWithReader(process.stdout);
  const bus = await findBus(process.cwd(), process.env);
  const client =
    'connectionString' in bus
      ? new ServiceBusClient(bus.connectionString)
      : new ServiceBusClient(bus.name, credentialFor(bus));
  const signals = listenForStop();
  const terminal = createTerminal(process.stdout, process.env);
  terminal.line(`Waiting for events of the subscription ${subscription}. Ctrl-C ends it.`);
  const problem = consume(client, subscription, (line) => terminal.line(line));
  const reason = await Promise.race([problem, whenAborted(signals.stop)]);
  await client.close();
  signals.dispose();
  if (reason !== undefined) throw new Error(reason);
}

main().then(
  () => process.exit(), // the SDK may go on for a minute with a link that was being opened when its client was closed
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
