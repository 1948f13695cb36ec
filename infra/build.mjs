// Compiles the app and the local stack to dist/, a file for a file, in a second or two: types are checked by `npm run typecheck`.
// `node infra/build.mjs FILE …` compiles these sources only.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildConsole } from './buildConsole.mjs';

const FOLDERS = ['functions', 'shared', 'infra'];

const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
  );

/** The browser's part is bundled by itself. */
const PAGE = join('shared', 'console');
const isOfPage = (file) => file.startsWith(join(PAGE, '/'));
const sources = FOLDERS.flatMap(filesIn).filter((file) => file.endsWith('.ts') && !isOfPage(file));

const named = process.argv.slice(2);
// `require` for `import()` as well: a module must not be there twice, once as CommonJS and once as an ES module.
const changed = named.length > 0 && named.every((file) => existsSync(file)) ? named : undefined;
if (changed === undefined || changed.some(isOfPage)) await buildConsole();
await build({
  entryPoints: changed === undefined ? sources : changed.filter((file) => !isOfPage(file)),
  outdir: 'dist',
  outbase: '.',
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: true,
  supported: { 'dynamic-import': false },
  logLevel: 'warning',
});

// The host loads every file in dist/functions: one whose source is gone must not be found there.
const compiled = new Set(sources.map((file) => join('dist', file.replace(/\.ts$/, '.js'))));
for (const file of FOLDERS.flatMap((folder) => filesIn(join('dist', folder)))) {
  if (file.endsWith('.js') && !compiled.has(file)) rmSync(file);
}
