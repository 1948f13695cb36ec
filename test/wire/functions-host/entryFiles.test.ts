import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findEntryFiles } from '../../../infra/local/functions-host/worker/entryFiles';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'entry-files-'));
  for (const file of [
    'dist/functions/b.js',
    'dist/functions/a.js',
    'dist/functions/a.js.map',
    'dist/functions/deep/c.js',
    'dist/index.js',
    'dist/index.cjs',
    'node_modules/x/y.js',
  ]) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), '');
  }
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

test.each([
  ['dist/functions/*.js', ['dist/functions/a.js', 'dist/functions/b.js']],
  ['./dist/functions/?.js', ['dist/functions/a.js', 'dist/functions/b.js']],
  ['dist/**/*.js', ['dist/functions/a.js', 'dist/functions/b.js', 'dist/functions/deep/c.js', 'dist/index.js']],
  ['dist/{index,functions/b}.js', ['dist/functions/b.js', 'dist/index.js']],
  ['dist/index.{js,cjs}', ['dist/index.cjs', 'dist/index.js']],
  ['dist/index.js', ['dist/index.js']],
  ['dist/none.js', []],
  ['nowhere/*.js', []],
  ['**/y.js', []],
])('%s', (pattern, files) => {
  expect(findEntryFiles(directory, pattern)).toEqual(files);
});
