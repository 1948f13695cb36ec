import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServiceBus, type ServiceBus } from '../../../infra/local/service-bus/startServiceBus';

/** Debian's interpreter, the one that Debian's packages are for. */
const PYTHON = '/usr/bin/python3';
const DOTNET_TIMEOUT_MS = 600_000;

const works = (command: string, args: readonly string[]): boolean => spawnSync(command, args).status === 0;
const hasPython = works(PYTHON, ['-c', 'import azure.servicebus']);
const hasDotnet = works('dotnet', ['--version']);

/** Runs the test where its SDK is there, and says in a line where it is not. */
function where(installed: boolean, missing: string): jest.It {
  if (!installed) process.stderr.write(`${missing}\n`);
  return installed ? test : test.skip;
}

/** What the script printed. Its own checks fail with their names and reasons. */
function run(command: string, args: readonly string[], timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: timeoutMs, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} failed:\n${stdout}\n${stderr}`, { cause: error }));
    });
  });
}

describe("other languages' SDKs, over TLS", () => {
  let folder: string;
  let bus: ServiceBus;
  const tls = (): NonNullable<ServiceBus['tls']> => {
    if (bus.tls === undefined) throw new Error('The bus has no TLS.');
    return bus.tls;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'service-bus-sdks-'));
    bus = await startServiceBus({
      config: join(__dirname, '../../wire/service-bus/Config.json'),
      certificateFolder: folder,
    });
  });
  afterEach(async () => {
    await bus.close();
    await rm(folder, { recursive: true });
  });

  where(hasPython, "Python's SDK is not installed (Debian: apt-get install python3-azure): its checks are not run.")(
    'Python (Debian: python3-azure)',
    async () => {
      const { connectionString, certificate } = tls();
      const printed = await run(PYTHON, [join(__dirname, 'check.py'), connectionString, certificate], 120_000);
      expect(printed).toMatch(/(\d+) of \1 checks passed/);
    },
  );

  where(hasDotnet, "dotnet is not installed: the checks of .NET's SDK are not run.")(
    '.NET (Azure.Messaging.ServiceBus 7.21.0)',
    async () => {
      const { connectionString, certificate } = tls();
      // Built outside the repository, and kept, so that only a change is built again.
      const project = join(tmpdir(), 'ucwa-relay-service-bus-check');
      const output = join(project, 'out');
      await cp(join(__dirname, 'dotnet'), project, { recursive: true });
      await run('dotnet', ['build', project, '--output', output, '--nologo', '-v', 'q'], DOTNET_TIMEOUT_MS);
      const program = join(output, 'ServiceBusCheck.dll');
      const printed = await run('dotnet', [program, connectionString, certificate], DOTNET_TIMEOUT_MS);
      expect(printed).toMatch(/(\d+) of \1 checks passed/);
    },
    2 * DOTNET_TIMEOUT_MS,
  );
});
