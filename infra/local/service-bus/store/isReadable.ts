import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Opens the store and walks through all that is in it. */
const WALK = `
  const [library, path] = process.argv.slice(1);
  const root = require(library).open({ path, noSubdir: false });
  for (const name of ['messages', 'facts']) for (const _ of root.openDB({ name }).getRange({})) continue;
  process.exit(0);`;

/**
 * Whether all that is kept in this directory can be read; so it is where nothing is. LMDB maps its file into memory and
 * trusts it, so that a damaged one ends the process without an error: this is tried in a process of its own.
 */
export async function isReadable(directory: string): Promise<boolean> {
  if (!existsSync(join(directory, 'data.mdb'))) return true;
  const child = spawn(process.execPath, ['-e', WALK, require.resolve('lmdb'), directory], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}
