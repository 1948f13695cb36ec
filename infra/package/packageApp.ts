import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { bundledPackages, type BundledPackage } from './bundledPackages';
import { bundleFunctions } from './bundleFunctions';
import { readConsoleBuild } from './consoleBuild';
import { thirdPartyNotices } from './thirdPartyNotices';

export interface PackagedApp {
  readonly folder: string;
  /** Of the code, without its maps. */
  readonly codeBytes: number;
  readonly packages: readonly BundledPackage[];
}

const manifest = z.object({ name: z.string(), version: z.string(), main: z.string() });

/**
 * Writes the folder that is published to Azure: `package.json` without dependencies, `host.json`, the bundled entries
 * with their source maps, the console as it is built, and the notices of what is bundled. What was in `folder` before is
 * removed first.
 *
 * @throws Error when the bundle would contain what only development needs, or when the console is not built.
 */
export async function packageApp(projectFolder: string, folder: string): Promise<PackagedApp> {
  const { name, version, main } = manifest.parse(
    JSON.parse(await readFile(join(projectFolder, 'package.json'), 'utf8')),
  );
  const bundle = await bundleFunctions(projectFolder);
  const console = await readConsoleBuild(projectFolder);
  const packages = await bundledPackages(projectFolder, [bundle.metafile, console.metafile]);
  const files = [
    ...bundle.files,
    { path: 'package.json', text: `${JSON.stringify({ name, version, private: true, main }, undefined, 2)}\n` },
    { path: 'host.json', text: await readFile(join(projectFolder, 'host.json'), 'utf8') },
    { path: 'THIRD-PARTY-NOTICES.txt', text: await thirdPartyNotices(projectFolder, packages) },
  ];
  await rm(folder, { recursive: true, force: true });
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await cp(join(projectFolder, console.folder), join(folder, console.folder), { recursive: true });
  const codeBytes = bundle.files
    .filter(({ path }) => path.endsWith('.js'))
    .reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  return { folder, codeBytes, packages };
}
