import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import axios from 'axios';
import { readyMessage, startLocalProcess, type LocalProcess } from '../../../infra/local/start/localProcess';
import { projectFolder } from '../../../infra/local/start/projectFolder';
import { stackFactsSchema, type StackFacts } from '../../../infra/local/start/stackFile';
import { askUntil } from '../../support/askUntil';
import { anyPorts, createStackFolder, type StackFolder } from '../../support/stack';

/** A clone of the project whose sources can be changed while other tests run on this one. */
async function cloneProject(): Promise<StackFolder> {
  const clone = await createStackFolder();
  for (const name of ['functions', 'shared', 'infra', 'package.json', 'host.json'])
    cpSync(path.join(projectFolder, name), path.join(clone.folder, name), { recursive: true });
  symlinkSync(path.join(projectFolder, 'node_modules'), path.join(clone.folder, 'node_modules'));
  execFileSync(process.execPath, ['infra/build.mjs'], { cwd: clone.folder });
  return clone;
}

describe('npm run dev', () => {
  let clone: StackFolder;
  let stack: LocalProcess<StackFacts>;
  const lines: string[] = [];
  beforeAll(async () => {
    clone = await cloneProject();
    stack = startLocalProcess({
      id: 'dev',
      name: 'npm run dev',
      nodeArguments: [
        path.join(clone.folder, 'dist/infra/local/start/main.js'),
        ...['--watch', '--no-calls', ...anyPorts],
      ],
      folder: clone.folder,
      recogniseReady: readyMessage(stackFactsSchema),
      onLine: (line) => lines.push(line),
    });
    await stack.ready;
  });
  afterAll(async () => {
    await stack.stop();
    await clone.remove();
  });

  const change = (from: string, to: string): void => {
    const file = path.join(clone.folder, 'shared/version.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
  };
  const version = async (): Promise<unknown> => {
    const { functionsUrl, functionsKey } = await stack.ready;
    const { data } = await axios.get<{ info?: { version?: unknown } }>(`${functionsUrl}/api/openapi.json`, {
      headers: { 'x-functions-key': functionsKey },
      validateStatus: null,
    });
    return data.info?.version;
  };
  const untilVersion = (expected: string): Promise<unknown> =>
    askUntil(
      () => version().catch(() => undefined),
      (found) => found === expected,
    );

  it('shows why a change does not compile, and goes on with what ran before', async () => {
    const before = await version();
    change('export const VERSION', 'export const VERSION VERSION');
    await askUntil(
      () => Promise.resolve(lines.join('\n')),
      (text) => text.includes('shared/version.ts'),
    );
    expect(await version()).toBe(before);
    change('VERSION VERSION', 'VERSION');
  });

  it('rebuilds the app and restarts the functions host when a source changes, at the same address', async () => {
    change("'1.", "'99.");
    expect(await untilVersion('99.0.0')).toBe('99.0.0');
  });
});
