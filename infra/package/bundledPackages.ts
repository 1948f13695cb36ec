import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** An npm package of which something is in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** Where it is installed, relative to the project: `node_modules/…`. */
  readonly folder: string;
}

/** The part of esbuild's metafile that says what is in its outputs. */
export interface OutputContents {
  readonly outputs: Readonly<
    Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>
  >;
}

const lockFile = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().optional() })),
});

/**
 * The packages whose code is in the bundles, by name. The lock file says for each installed folder whether only
 * development needs it.
 *
 * @throws Error naming every package of development that is in the bundle.
 */
export async function bundledPackages(
  projectFolder: string,
  metafiles: readonly OutputContents[],
): Promise<BundledPackage[]> {
  const { packages } = lockFile.parse(JSON.parse(await readFile(join(projectFolder, 'package-lock.json'), 'utf8')));
  const kept = new Set(
    metafiles
      .flatMap(({ outputs }) => Object.values(outputs))
      .flatMap(({ inputs }) =>
        Object.entries(inputs)
          .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
          .map(([path]) => path),
      ),
  );
  const folders = new Set(
    [...kept]
      .map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
      .filter((folder) => folder !== undefined),
  );
  const found = [...folders].map((folder) => {
    const locked = packages[folder];
    return {
      name: folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: locked?.version ?? '',
      folder,
      dev: locked?.dev ?? false,
    };
  });
  const unwanted = found.filter(({ dev, version }) => dev || version === '').map(({ folder }) => folder);
  if (unwanted.length > 0)
    throw new Error(
      `The bundle would contain what only development needs, or the lock file does not know: ${unwanted.join(', ')}`,
    );
  return found
    .map(({ name, version, folder }) => ({ name, version, folder }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
