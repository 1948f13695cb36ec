import { misused, portOption, readArguments } from '../../local/start/commandLine';
import { createDeliveryLines } from '../../local/receiver/describeDelivery';
import { startReceiver, type Delivery } from '../../local/receiver/startReceiver';
import { localKeys } from '../../local/start/localKeys';
import { createTerminal, harmless, stopWithReader, timeOfDay } from '../../local/start/print/terminal';
import { listenForStop, whenAborted } from '../../local/start/stopSignals';
import { findRelay, type RelayAddress } from '../findRelay';
import { forward, type Forwarded } from './forward';
import { subscribe } from './webhookSubscription';

const HELP = `Lets a program on this machine receive webhooks while you write it: subscribes, verifies every delivery, sends it on
to the URL with the same headers and bytes, answers the relay as the program answered, and unsubscribes at the end.

  npm run listen -- URL [options]

  URL               of your program, such as http://localhost:3000/hooks
  --format FORMAT   cloudevents (default), flat or teams
  --types TYPES     event types, separated by commas; default: calls and gaps
  --port N          where the relay's deliveries arrive on 127.0.0.1; default: any
  --public-url URL  the address at which the relay reaches that port
  --help            this text

The relay is that of RELAY_URL with RELAY_FUNCTION_KEY (and RELAY_TOKEN), in the environment or local.settings.json; else
that of the local stack. A relay in Azure reaches no 127.0.0.1, and no private address: give it --public-url, a tunnel
that leads to --port. The secret is WEBHOOK_SECRET, else one of this folder, the same each time. Ctrl-C ends it.`;

const terminal = createTerminal(process.stdout, process.env);

interface Options {
  readonly target: string;
  readonly format: string;
  readonly types: readonly string[] | undefined;
  readonly port: number;
  readonly publicUrl: string | undefined;
}

async function main(): Promise<void> {
  const options = readOptions();
  // It unsubscribes before it ends.
  stopWithReader(process.stdout);
  const relay = await findRelay(process.cwd(), process.env);
  if (options.publicUrl === undefined && !isLocal(relay)) {
    misused(
      `${new URL(relay.url).hostname} cannot reach this machine. Give --public-url, the address of a tunnel, and --port, where it leads.`,
    );
  }
  const secret = process.env['WEBHOOK_SECRET'] ?? (await localKeys(process.cwd())).receiverSecret;
  const signals = listenForStop();
  const line = createDeliveryLines();
  const receiver = await startReceiver({
    port: options.port,
    secret,
    onDelivery: (delivery) => sendOn(delivery, options.target, line),
  });
  try {
    const { format, types, publicUrl = receiver.url } = options;
    const subscription = await subscribe(relay, { url: publicUrl, secret, format, types });
    for (const warning of subscription.warnings) terminal.line(terminal.accent(warning));
    terminal.line(`Listening. What is signed is sent on to ${options.target}; its secret is ${secret}`);
    await whenAborted(signals.stop);
    await subscription.remove().then(
      () => terminal.line('Unsubscribed.'),
      () => terminal.line(terminal.bad(`The relay is gone. The next npm run listen removes ${subscription.id}.`)),
    );
  } finally {
    await receiver.close();
    signals.dispose();
  }
}

function readOptions(): Options {
  const { values, positionals } = readArguments(HELP, {
    format: { type: 'string', default: 'cloudevents' },
    types: { type: 'string' },
    port: { type: 'string' },
    'public-url': { type: 'string' },
  });
  const [target = ''] = positionals;
  if (positionals.length !== 1 || !/^https?:\/\//.test(target) || !URL.canParse(target))
    misused('It takes the URL of your program: npm run listen -- http://localhost:3000/hooks');
  return {
    target,
    format: values.format,
    types: values.types?.split(','),
    port: portOption('port', values.port, 0),
    publicUrl: values['public-url'],
  };
}

const isLocal = ({ url }: RelayAddress): boolean => /^(127\.\d+\.\d+\.\d+|localhost)$/.test(new URL(url).hostname);

/** Resolves with what the relay is answered: the program's status, or 502 where it gave none. */
async function sendOn(delivery: Delivery, target: string, line: (delivery: Delivery) => string): Promise<number> {
  const text = `${terminal.dim(timeOfDay(Date.now()))}  ${harmless(line(delivery))}`;
  if (delivery.verdict !== 'genuine') {
    terminal.line(`${text}  ${terminal.bad('not sent on')}`);
    return 401;
  }
  const forwarded = await forward(delivery, target);
  terminal.line(`${text}  ${describe(forwarded)}`);
  return 'status' in forwarded ? forwarded.status : 502;
}

function describe(forwarded: Forwarded): string {
  if ('noResponse' in forwarded) return terminal.bad(`no response: ${forwarded.noResponse}. The relay tries again.`);
  const { status, ms } = forwarded;
  return `${status < 300 ? terminal.good(String(status)) : terminal.bad(String(status))} in ${ms} ms`;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
