import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import type { ServiceBus } from '../../infra/local/service-bus/startServiceBus';
import { busEntities } from '../../shared/messaging/busEntities';
import { toServiceBusMessage } from '../../shared/messaging/toServiceBusMessage';
import { startCommand, toJavaScript } from '../support/consumerProcess';
import { startReadyHost } from '../support/functionsHost';
import { sampleInvitationEvent } from '../support/sampleEvents';
import { startTestServiceBus } from '../support/serviceBus';

const project = join(__dirname, '../..');
const example = (name: string): string => join(project, 'docs/examples', name);
const runs = (command: string, ...options: string[]): boolean => spawnSync(command, options).status === 0;

let bus: ServiceBus;
let folder: string;
beforeEach(async () => {
  bus = await startTestServiceBus();
  folder = mkdtempSync(join(tmpdir(), 'consumer-'));
});
afterEach(async () => {
  await bus.close();
  rmSync(folder, { recursive: true });
});

/** A call that rings. */
async function ring(): Promise<void> {
  const client = new ServiceBusClient(bus.connectionString);
  const { data, ...sample } = sampleInvitationEvent(1);
  const message = toServiceBusMessage({
    ...sample,
    timeMs: Date.now(),
    expiryTimeMs: Date.now() + 60_000,
    data: { ...data, from: { name: 'Alice' } },
  });
  await client.createSender(busEntities.events).sendMessages({ ...message, messageId: randomUUID() });
  await client.close();
}

/** Where something is not there, one line says so, and the test passes. */
const unless = (missing: string | undefined) => {
  if (missing === undefined) return it;
  process.stderr.write(`A consumer of docs/events.md is not run: ${missing}.\n`);
  return it.skip;
};

const python = runs('python3', '-c', 'import azure.servicebus') ? undefined : 'python3 has no azure.servicebus';
unless(python)('the Python consumer hears a ring', async () => {
  await ring();
  const consumer = startCommand('python3', [example('consumer.py')], { SERVICE_BUS_CONNECTION: bus.connectionString });
  await consumer.line(/^rings: Alice: /);
  await consumer.stop();
});

const PACKAGES = { 'Azure.Messaging.ServiceBus': '7.21.0', 'Azure.Identity': '1.21.0' };
const csharp = runs('dotnet', '--version') ? undefined : 'there is no dotnet';
unless(csharp)('the C# consumer compiles without a warning, and hears a ring', async () => {
  cpSync(example('Consumer.cs'), join(folder, 'Consumer.cs'));
  const references = Object.entries(PACKAGES).map(
    ([name, version]) => `<PackageReference Include="${name}" Version="${version}" />`,
  );
  writeFileSync(
    join(folder, 'consumer.csproj'),
    `<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework>` +
      `<ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable><NoWarn>NU1603</NoWarn></PropertyGroup>` +
      `<ItemGroup>${references.join('')}</ItemGroup></Project>`,
  );
  if (spawnSync('dotnet', ['restore'], { cwd: folder }).status !== 0) {
    process.stderr.write('The C# consumer of docs/events.md is not compiled: NuGet did not give its packages.\n');
    return;
  }
  const { stdout } = spawnSync('dotnet', ['build', '--nologo', '-v', 'q', '--no-restore'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stdout).toMatch(/Build succeeded\.\s+0 Warning\(s\)\s+0 Error\(s\)/);

  await ring();
  const consumer = startCommand('dotnet', [join(folder, 'bin/Debug/net10.0/consumer.dll')], {
    SERVICE_BUS_CONNECTION: bus.connectionString,
  });
  await consumer.line(/^rings: Alice: /);
  await consumer.stop();
});

it('the function with a topic trigger hears a ring', async () => {
  mkdirSync(join(folder, 'functions'));
  writeFileSync(join(folder, 'package.json'), '{"main":"functions/*.js"}');
  writeFileSync(join(folder, 'host.json'), '{"version":"2.0"}');
  writeFileSync(
    join(folder, 'functions/onInvitationEvent.js'),
    toJavaScript(readFileSync(example('onInvitationEvent.ts'), 'utf8')),
  );
  symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'));
  const host = await startReadyHost({
    appDirectory: folder,
    settings: { CallsBus: bus.connectionString, SUBSCRIPTION: 'all' },
  });
  await ring();
  await host.line(/ucwa\.\w+\.\w+: Alice: rings/);
  await host.close();
});
