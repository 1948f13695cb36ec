import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { OutputContents } from './bundledPackages';

/** The console as `npm run build` has made it. */
export interface ConsoleBuild {
  /** Where its files are, relative to the project; they are served as they are. */
  readonly folder: string;
  /** What of the sources and packages is in it. */
  readonly metafile: OutputContents;
}

/** What of esbuild's metafile is read. */
const metafileSchema = z.object({
  outputs: z.record(z.string(), z.object({ inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })) })),
});

/** @throws Error when it is not built. */
export async function readConsoleBuild(projectFolder: string): Promise<ConsoleBuild> {
  const text = await readFile(join(projectFolder, 'dist/console.meta.json'), 'utf8').catch(() => {
    throw new Error('The console is not built: run npm run build first.');
  });
  return { folder: 'dist/console', metafile: metafileSchema.parse(JSON.parse(text)) };
}
