import { misused, portOption, readCommandLine } from '../start/commandLine';
import { listenForStop, whenAborted } from '../start/stopSignals';
import { createDeliveryLines } from './describeDelivery';
import { startReceiver } from './startReceiver';

const HELP = `A sample webhook receiver: verifies every delivery (Standard Webhooks) and prints it.

  node dist/infra/local/receiver/main.js [options]

  --port N      where it listens on 127.0.0.1; default 7080, the next free one if taken; 0: any
  --secret S    the subscription's secret, whsec_ and base64; else WEBHOOK_SECRET; else a new one
  --quiet       prints the deliveries only
  --help        this text`;

async function main(): Promise<void> {
  const options = readCommandLine(HELP, {
    port: { type: 'string' },
    secret: { type: 'string' },
    quiet: { type: 'boolean' },
  });
  const secret = options.secret ?? process.env['WEBHOOK_SECRET'];
  if (secret !== undefined && !/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret))
    misused('--secret must be whsec_ and base64.');
  const signals = listenForStop();
  const line = createDeliveryLines();
  const receiver = await startReceiver({
    port: portOption('port', options.port, 7080),
    ...(secret === undefined ? {} : { secret }),
    onDelivery: (delivery) => {
      console.log(line(delivery));
      return undefined;
    },
  });
  if (options.quiet !== true) {
    console.log(`Webhook receiver at ${receiver.url}`);
    if (secret === undefined) console.log(`Give the subscription this secret: ${receiver.secret}`);
  }
  process.send?.({ ready: { url: receiver.url, port: receiver.port } });
  await whenAborted(signals.stop);
  await receiver.close();
  signals.dispose();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
