import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build, transform, type Metafile } from 'esbuild';

/** A file of the bundle. */
export interface BundledFile {
  /** Relative to the package, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Bundle {
  readonly files: readonly BundledFile[];
  /** What esbuild read and wrote, by path relative to the project. */
  readonly metafile: Metafile;
}

/** Not bundled: what exists only inside the Functions worker, and what `debug` colours a terminal with where it is installed. */
const external = ['@azure/functions-core', 'supports-color'];

/**
 * Bundles every file of `functions/` into a CommonJS entry `dist/functions/<name>.js`, and what they share into chunks
 * beside that folder, each with a source map.
 *
 * Entries that were bundled one by one would each carry an app of their own: several sessions of one account, several
 * publishers. esbuild keeps a module in exactly one chunk, but splits ECMAScript modules only, while the worker is served
 * best by CommonJS; so the files are split first and turned into CommonJS one by one. What is imported lazily stays lazy.
 *
 * Errors: esbuild's own, with the place, when an import cannot be resolved; and when a package that is imported lazily
 * would arrive without its names.
 */
export async function bundleFunctions(projectFolder: string): Promise<Bundle> {
  const entries = (await readdir(join(projectFolder, 'functions'))).filter((file) => file.endsWith('.ts'));
  const { outputFiles, metafile } = await build({
    absWorkingDir: projectFolder,
    entryPoints: entries.map((file) => join('functions', file)),
    outbase: '.',
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external,
    // Where a package offers ECMAScript modules: they are split by name, while a CommonJS one that is imported lazily
    // would come as a mere default.
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    sourcemap: 'inline',
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  refuseNamelessPackages(metafile);
  const files = outputFiles.map(({ path, text }) =>
    toCommonJs(relative(projectFolder, path).replaceAll('\\', '/'), text),
  );
  return { files: (await Promise.all(files)).flat(), metafile };
}

/**
 * esbuild gives a CommonJS package that is imported lazily as a mere `default`; `(await import(…)).name` would be
 * undefined, and only when it runs.
 */
function refuseNamelessPackages({ outputs }: Metafile): void {
  for (const { entryPoint, exports } of Object.values(outputs)) {
    if (entryPoint?.includes('node_modules/') === true && exports.join() === 'default')
      throw new Error(`${entryPoint} is CommonJS and imported lazily: import it statically.`);
  }
}

/** The same module as CommonJS, and its map back to the TypeScript. */
async function toCommonJs(path: string, text: string): Promise<BundledFile[]> {
  // CommonJS has no import.meta; some packages resolve files beside themselves with it.
  const needsUrl = text.includes('import.meta.url');
  const { code, map } = await transform(text, {
    sourcefile: path,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // As require, a chunk comes through the same loader, and from the same cache, however it is asked for.
    supported: { 'dynamic-import': false },
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'external',
    sourcesContent: false,
    ...(needsUrl
      ? {
          banner: 'const importMetaUrl=require("node:url").pathToFileURL(__filename).href;',
          define: { 'import.meta.url': 'importMetaUrl' },
        }
      : {}),
  });
  const name = path.slice(path.lastIndexOf('/') + 1);
  return [
    { path, text: `${code.trimEnd()}\n//# sourceMappingURL=${name}.map\n` },
    { path: `${path}.map`, text: map },
  ];
}
