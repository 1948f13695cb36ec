import { DIFFERENCES } from '../../service-bus/startServiceBus';
import type { StartedStack } from '../startStack';
import type { Terminal } from './terminal';

export interface HeaderOptions {
  /** Milliseconds since the process began. */
  readonly readyInMs: number;
  /** Whether connection strings and what Microsoft's emulator does differently are shown too. */
  readonly verbose: boolean;
  /** What a key does, where keys are read. */
  readonly keys: string | undefined;
}

/** Says where everything is, what is real, and what to type next. */
export function printHeader(terminal: Terminal, stack: StartedStack, options: HeaderOptions): void {
  terminal.line();
  terminal.line(terminal.bold('ucwa-relay on this machine'));
  terminal.line();
  for (const [name, address] of addresses(stack, options.verbose)) terminal.line(row(name, address));
  // They matter to those who move to the emulator; npm run bus says them too.
  const differences = options.verbose ? (stack.localBus?.differences ?? []) : [];
  for (const [text, more] of [
    [DIFFERENCES, differences],
    ['', stack.notes],
  ] as const) {
    if (more.length === 0) continue;
    terminal.line();
    if (text !== '') terminal.line(`  ${text}`);
    for (const line of more) terminal.line(`  ${text === '' ? '' : '  '}${line}`);
  }
  terminal.line();
  const ready = `${terminal.good('Ready')} in ${(options.readyInMs / 1000).toFixed(1)} s.`;
  terminal.line(`  ${ready} Addresses and keys: .local/stack.json. Ctrl-C stops it all.`);
  terminal.line();
  if (stack.facts.ucwaUrl !== undefined)
    terminal.line(row('Ring a call', 'npm run ring -- --name "Alice" --subject "Invoice 1234"'));
  terminal.line(row('Ask for health', 'npm run health'));
  terminal.line(row('The relay’s log', '.local/relay.log'));
  if (options.keys !== undefined) terminal.line(row('Keys', options.keys));
  terminal.line();
}

const row = (name: string, address: string): string => `  ${name.padEnd(18)}${address}`;

function addresses(
  { facts, replaced, inspector, localBus }: StartedStack,
  verbose: boolean,
): readonly (readonly [name: string, address: string])[] {
  const given = (setting: string | undefined): string => `given by ${setting ?? 'a setting'}: no stand-in`;
  const storage = facts.storageConnection;
  return [
    ['Console', `${facts.consoleUrl}  (its key is in .local/stack.json)`],
    ['Functions', facts.functionsUrl],
    ['UCWA', facts.ucwaUrl === undefined ? given(replaced.ucwa) : `${facts.ucwaUrl}  (simulator)`],
    ['Service Bus', localBus === undefined ? given(replaced.serviceBus) : `sb://localhost:${localBus.port}`],
    ...(verbose && facts.serviceBusConnection !== undefined
      ? [['  as a string', facts.serviceBusConnection] as const]
      : []),
    ...tlsOf(localBus, verbose),
    [
      'Storage',
      storage === undefined ? given(replaced.storage) : `${storageAddress(storage)}  (Azurite: blobs, queues, tables)`,
    ],
    ['Webhook receiver', facts.receiverUrl],
    ...(inspector === undefined
      ? []
      : [['Debugger', `${inspector}  (VS Code: Attach to the functions host)`] as const]),
  ];
}

/** How SDKs that know no emulator connect: by TLS on the same port. */
function tlsOf(
  localBus: StartedStack['localBus'],
  verbose: boolean,
): readonly (readonly [name: string, address: string])[] {
  const tls = localBus?.tls;
  if (tls === undefined) return [];
  return [
    ['  with TLS', verbose ? tls.connectionString : 'at the same port, for SDKs that know no emulator'],
    ['  trust', tls.certificate],
  ];
}

function storageAddress(connectionString: string): string {
  const ports = [...connectionString.matchAll(/Endpoint=http:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) => port ?? '?');
  return `http://127.0.0.1:${ports.join(', ')}`;
}
