import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The files of `directory` that `pattern` names, as paths relative to it, sorted. The pattern is that of
 * package.json's `main`: a plain path, or a glob of `*`, `?`, `**` and `{a,b}`. `node_modules` is never searched.
 */
export function findEntryFiles(directory: string, pattern: string): string[] {
  const wanted = pattern.replace(/^\.\//, '');
  const segments = wanted.split('/');
  const firstGlob = segments.findIndex((segment) => /[*?{]/.test(segment));
  if (firstGlob < 0) return isFile(join(directory, wanted)) ? [wanted] : [];

  const matches = toRegExp(wanted);
  return filesUnder(
    directory,
    segments.slice(0, firstGlob).join('/'),
    wanted.includes('**') ? Infinity : segments.length - firstGlob,
  )
    .filter((file) => matches.test(file))
    .sort();
}

function filesUnder(root: string, folder: string, depth: number): string[] {
  if (depth <= 0) return [];
  let entries;
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch {
    // A folder that is not there holds no entry file; the caller says that nothing matched.
    return [];
  }
  return entries.flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile()) return [path];
    return entry.isDirectory() && entry.name !== 'node_modules' ? filesUnder(root, path, depth - 1) : [];
  });
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

function toRegExp(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|\{[^}]*\}|[.+^$()|[\]\\}]/g, (token) => {
    if (token === '**/') return '(?:[^/]+/)*';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.startsWith('{')) return `(?:${token.slice(1, -1).split(',').map(escapeLiteral).join('|')})`;
    return escapeLiteral(token);
  });
  return new RegExp(`^${source}$`);
}

const escapeLiteral = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
