import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createSimulator } from '../../infra/local/start/simulator';
import type { StackFacts } from '../../infra/local/start/stackFile';
import { codeBlock, startCommand, startConsumer, toJavaScript } from '../support/consumerProcess';
import { startReadyHost } from '../support/functionsHost';
import { anyPorts, createStackFolder, runCommand, type CommandRun, type StackFolder } from '../support/stack';

const project = join(__dirname, '../..');
const example = (name: string): string => join(project, 'docs/examples', name);
const runs = (command: string, ...options: string[]): boolean => spawnSync(command, options).status === 0;

let stackFolder: StackFolder;
let stack: CommandRun;
let facts: StackFacts;
let connection: string;
beforeAll(async () => {
  stackFolder = await createStackFolder();
  stack = runCommand('start', stackFolder.folder, '--no-calls', '--quiet', '--verbose', ...anyPorts);
  facts = await stack.ready;
  connection = facts.serviceBusConnection ?? '';
});
afterAll(async () => {
  await stack.stop();
  await stackFolder.remove();
});

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'consumer-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A call that rings, as `npm run ring` makes one. */
const ring = (): Promise<string> =>
  createSimulator(facts.ucwaUrl ?? '').call({ from: 'sip:alice@contoso.com', name: 'Alice', ringSeconds: 60 });

/** Where something is not there, one line says so, and the test passes. */
const unless = (missing: string | undefined) => {
  if (missing === undefined) return it;
  process.stderr.write(`A consumer of docs/events.md is not run: ${missing}.\n`);
  return it.skip;
};

it('the TypeScript consumer hears a ring', async () => {
  await ring();
  const consumer = startConsumer(codeBlock('docs/events.md', 'ts'), { SERVICE_BUS_CONNECTION: connection });
  await consumer.line(/^rings: Alice: /);
  expect(await consumer.stop()).toBe(0);
});

/** Debian's interpreter, for which its package of the SDK is. */
const PYTHON = '/usr/bin/python3';
const python = runs(PYTHON, '-c', 'import azure.servicebus')
  ? undefined
  : 'Python’s SDK is not installed (Debian: apt-get install python3-azure)';
unless(python)('the Python consumer hears a ring', async () => {
  // Debian's version of the SDK knows no emulator: it goes by TLS, always to port 5671, and trusts the list of certifi.
  const [tls, certificate] = await Promise.all(
    [/with TLS +(\S+)/, /trust +(\S+)/].map(async (pattern) => pattern.exec(await stack.line(pattern))?.[1] ?? ''),
  );
  writeFileSync(
    join(folder, 'sitecustomize.py'),
    [
      'import certifi, azure.servicebus._common._configuration as configuration',
      `certifi.where = lambda: ${JSON.stringify(resolve(stackFolder.folder, certificate ?? ''))}`,
      `configuration.DEFAULT_AMQPS_PORT = ${/:(\d+);/.exec(tls ?? '')?.[1] ?? ''}`,
    ].join('\n'),
  );
  await ring();
  writeFileSync(join(folder, 'consumer.py'), codeBlock('docs/events.md', 'python'));
  const consumer = startCommand(PYTHON, [join(folder, 'consumer.py')], {
    SERVICE_BUS_CONNECTION: tls ?? '',
    PYTHONPATH: folder,
  });
  await consumer.line(/^rings: Alice: /);
  await consumer.stop();
});

const PACKAGES = { 'Azure.Messaging.ServiceBus': '7.21.0', 'Azure.Identity': '1.21.0' };
const csharp = runs('dotnet', '--version') ? undefined : 'there is no dotnet';
unless(csharp)('the C# consumer compiles without a warning, and hears a ring', async () => {
  writeFileSync(join(folder, 'Consumer.cs'), codeBlock('docs/events.md', 'csharp'));
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
    SERVICE_BUS_CONNECTION: connection,
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
    settings: { CallsBus: connection, SUBSCRIPTION: 'all' },
  });
  await ring();
  await host.line(/ucwa\.\w+\.\w+: Alice: rings/);
  await host.close();
});
