import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** How a file may be encoded in its response, the smallest first. */
export const encodings = ['br', 'gzip'] as const;
export type Encoding = (typeof encodings)[number];

/** A file of the console as it is served. */
export interface ConsoleFile {
  readonly contentType: string;
  /** Whether its content never changes under this name. */
  readonly isImmutable: boolean;
  /** A hash of its content, without quotation marks. */
  readonly hash: string;
  readonly bytes: Buffer;
  readonly encoded: { readonly [Name in Encoding]?: Buffer };
}

const extensions: { readonly [Name in Encoding]: string } = { br: '.br', gzip: '.gz' };

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** The one file that keeps its name when its content changes. */
const INDEX = 'index.html';

/**
 * Reads the files of the console by name, each with the encodings that the build has written beside it (`.br`, `.gz`). A name
 * is looked up among these alone, so no request reaches another file. Empty where the folder is not there. Rejects where it
 * cannot be read.
 */
export async function readConsoleFiles(folder: string): Promise<ReadonlyMap<string, ConsoleFile>> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const served = names.flatMap((name) => {
    const contentType = contentTypes[extname(name)];
    return contentType === undefined ? [] : [{ name, contentType }];
  });
  const isThere = new Set(names);
  const read = async ({ name, contentType }: (typeof served)[number]): Promise<readonly [string, ConsoleFile]> => {
    const bytes = await readFile(join(folder, name));
    const found = encodings.filter((encoding) => isThere.has(name + extensions[encoding]));
    const encoded = await Promise.all(
      found.map(async (encoding) => [encoding, await readFile(join(folder, name + extensions[encoding]))] as const),
    );
    const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 16);
    return [name, { contentType, isImmutable: name !== INDEX, hash, bytes, encoded: Object.fromEntries(encoded) }];
  };
  return new Map(await Promise.all(served.map(read)));
}
