import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BundledPackage } from './bundledPackages';

const manifest = z.object({ license: z.string().optional() });

/** The text that the bundled packages' licences ask to go with their code: each one's name, version, licence and its words. */
export async function thirdPartyNotices(projectFolder: string, packages: readonly BundledPackage[]): Promise<string> {
  const notices = packages.map(async ({ name, version, folder }) => {
    const directory = join(projectFolder, folder);
    const { license } = manifest.parse(JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')));
    const file = (await readdir(directory)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const words =
      file === undefined
        ? 'The package holds no licence file.'
        : (await readFile(join(directory, file), 'utf8')).trim();
    return `${name} ${version} (${license ?? 'see below'})\n\n${words}\n`;
  });
  return ['This package contains code of the following packages.\n', ...(await Promise.all(notices))].join(
    `\n${'-'.repeat(78)}\n\n`,
  );
}
