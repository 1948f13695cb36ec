import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestRelay } from '../../support/relay';
import { startWebhookRelay } from '../../support/webhookRelay';

const DOTNET_TIMEOUT_MS = 900_000;

/** Installed, generated and built outside the repository, and kept, so that only a change is built again. */
const folder = join(tmpdir(), 'ucwa-relay-generated-clients');
const tools = join(folder, 'tools');
const project = join(folder, 'project');

const hasDotnet = spawnSync('dotnet', ['--version']).status === 0;
if (!hasDotnet) process.stderr.write('dotnet is not installed: clients are not generated from the OpenAPI document.\n');
const where = hasDotnet ? test : test.skip;

/** What the program printed. */
function run(command: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: DOTNET_TIMEOUT_MS, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} failed:\n${stdout}\n${stderr}`, { cause: error }));
    });
  });
}

let relay: TestRelay;
beforeAll(async () => {
  if (hasDotnet) relay = await startWebhookRelay();
});
afterAll(async () => {
  if (hasDotnet) await relay.close();
});

where(
  'clients that NSwag and Kiota generate list, accept, decline and subscribe, and throw on no 2xx',
  async () => {
    const { data } = await relay.http().get<object>('/openapi.json');
    await mkdir(project, { recursive: true });
    const document = join(project, 'openapi.json');
    await writeFile(document, JSON.stringify(data));
    await cp(__dirname, project, { recursive: true });
    for (const [tool, version] of [
      ['NSwag.ConsoleCore', '14.8.0'],
      ['Microsoft.OpenApi.Kiota', '1.38.0'],
    ] as const)
      await run('dotnet', 'tool', 'update', '--tool-path', tools, tool, '--version', version);
    const client = ['/classname:RelayClient', '/namespace:Relay.NSwag', `/output:${join(project, 'NSwag.cs')}`];
    await run(join(tools, 'nswag'), 'openapi2csclient', `/input:${document}`, ...client);
    await rm(join(project, 'Kiota'), { recursive: true, force: true });
    const named = ['-l', 'CSharp', '-c', 'RelayClient', '-n', 'Relay.Kiota', '-o', join(project, 'Kiota')];
    const printed = await run(join(tools, 'kiota'), 'generate', '-d', document, ...named);
    expect(printed).not.toMatch(/OpenAPI warning/);
    expect(printed).not.toMatch(/Member\d/);

    const output = join(folder, 'out');
    await run('dotnet', 'build', join(project, 'Clients.csproj'), '--output', output, '--nologo', '-v', 'q');
    const { url, functionsKey } = await relay.host().ready;
    const checked = await run('dotnet', join(output, 'Clients.dll'), url, functionsKey, relay.ucwa.url);
    expect(checked).toMatch(/(\d+) of \1 checks passed/);
  },
  4 * DOTNET_TIMEOUT_MS,
);
