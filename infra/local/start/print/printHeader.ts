import { DIFFERENCES } from '../../service-bus/startServiceBus';
import type { StackFacts } from '../stackFile';
import type { StartedStack } from '../startStack';
import type { Terminal } from './terminal';

/** Says where everything is, what is real, and what to type next. `readyInMs` is the time since the process began. */
export function printHeader(
  terminal: Terminal,
  { facts, replaced, notes, inspector, localBus }: StartedStack,
  readyInMs: number,
): void {
  const row = (name: string, address: string): void => terminal.line(`  ${name.padEnd(18)}${address}`);
  const given = (setting: string | undefined): string => `given by ${setting ?? 'a setting'}: no stand-in`;
  terminal.line();
  terminal.line(terminal.bold('ucwa-relay on this machine'));
  terminal.line();
  row('Functions', facts.functionsUrl);
  row('UCWA', facts.ucwaUrl === undefined ? given(replaced.ucwa) : `${facts.ucwaUrl}  (simulator)`);
  row(
    'Service Bus',
    replaced.serviceBus === undefined ? (facts.serviceBusConnection ?? '') : given(replaced.serviceBus),
  );
  // For SDKs that know no emulator.
  if (localBus?.tls !== undefined) {
    row('  with TLS', localBus.tls.connectionString);
    row('  trust', localBus.tls.certificate);
  }
  row(
    'Storage',
    facts.storageConnection === undefined
      ? given(replaced.storage)
      : `${storageAddress(facts.storageConnection)}  (Azurite: blobs, queues, tables)`,
  );
  row('Webhook receiver', facts.receiverUrl);
  if (inspector !== undefined) row('Debugger', `${inspector}  (VS Code: Attach to the functions host)`);
  const differences = localBus?.differences ?? [];
  if (differences.length > 0) {
    terminal.line();
    terminal.line(`  ${DIFFERENCES}`);
  }
  for (const text of differences) terminal.line(`    ${text}`);
  if (notes.length > 0) terminal.line();
  for (const text of notes) terminal.line(`  ${text}`);
  terminal.line();
  terminal.line(
    `  ${terminal.good('Ready')} in ${(readyInMs / 1000).toFixed(1)} s. Addresses and keys: .local/stack.json. Ctrl-C stops it all.`,
  );
  terminal.line();
  if (facts.ucwaUrl !== undefined)
    row('Ring a call', 'npm run ring -- --from sip:alice@contoso.com --name "Alice" --subject "Invoice 1234"');
  row('Ask for health', healthCommand(facts));
  terminal.line();
}

function healthCommand({ functionsUrl, functionsKey }: StackFacts): string {
  return `curl -H 'x-functions-key: ${functionsKey}' ${functionsUrl}/api/health`;
}

function storageAddress(connectionString: string): string {
  const ports = [...connectionString.matchAll(/Endpoint=http:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) => port ?? '?');
  return `http://127.0.0.1:${ports.join(', ')}`;
}
