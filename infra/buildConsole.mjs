// Bundles the page of the live console to dist/console: a flat folder of files with a hash in their names, each also compressed, and
// index.html, which names them. What of packages is in it is written to dist/console.meta.json, for the notices.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const SOURCE = 'shared/console';
const FOLDER = 'dist/console';
const COMPRESSED = /\.(html|js|css|svg)$/;

/** Writes the folder anew; what an older build left in it goes last, so that a page that is being loaded finds its files. */
export async function buildConsole() {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${SOURCE}/main.tsx`, `${SOURCE}/icon.svg`],
    outdir: FOLDER,
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'copy' },
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), Buffer.from(contents)]));
  files.set('index.html', Buffer.from(toIndex([...files.keys()])));
  mkdirSync(FOLDER, { recursive: true });
  const written = new Set();
  const write = (name, bytes) => {
    writeFileSync(join(FOLDER, name), bytes);
    written.add(name);
  };
  for (const [name, bytes] of files) {
    write(name, bytes);
    if (!COMPRESSED.test(name)) continue;
    write(`${name}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    write(`${name}.gz`, gzipSync(bytes, { level: 9 }));
  }
  writeFileSync('dist/console.meta.json', JSON.stringify(metafile));
  for (const name of readdirSync(FOLDER)) if (!written.has(name)) rmSync(join(FOLDER, name));
}

/** index.html with each `./name.ext` as the file is really called. */
function toIndex(names) {
  return readFileSync(`${SOURCE}/index.html`, 'utf8').replaceAll(/"\.\/(\w+)\.(\w+)"/g, (_, name, extension) => {
    const found = names.find((file) => file.startsWith(`${name}-`) && file.endsWith(`.${extension}`));
    if (found === undefined) throw new Error(`index.html names ${name}.${extension}, which is not built.`);
    return `"./${found}"`;
  });
}
