import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { preProcessFile } from 'typescript';

const PROJECT = path.join(__dirname, '../../..');

/** Every TypeScript file below a folder, relative to the project, with `/`. */
function sourcesIn(folder: string): string[] {
  return readdirSync(path.join(PROJECT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sourcesIn(name);
    return name.endsWith('.ts') ? [name] : [];
  });
}

/** What each file imports of the others: type-only imports, `import()` and `export … from` included. */
function readImports(files: readonly string[]): Map<string, string[]> {
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const { importedFiles } = preProcessFile(readFileSync(path.join(PROJECT, file), 'utf8'), true, true);
      const targets = importedFiles.map(({ fileName }) => `${path.posix.join(path.posix.dirname(file), fileName)}.ts`);
      return [file, targets.filter((target) => known.has(target))];
    }),
  );
}

/** A cycle of imports, as the files on it; undefined where there is none. */
function findCycle(imports: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const finished = new Set<string>();
  const walk = (file: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (finished.has(file)) return undefined;
    for (const target of imports.get(file) ?? []) {
      const cycle = walk(target, [...trail, file]);
      if (cycle !== undefined) return cycle;
    }
    finished.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const cycle = walk(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

test('no file imports itself through others, not even for a type', () => {
  const imports = readImports(['functions', 'shared', 'infra'].flatMap(sourcesIn));
  expect(imports.size).toBeGreaterThan(500);
  expect(findCycle(imports)).toBeUndefined();
});

test('a cycle of imports is found', () => {
  const imports = new Map([
    ['a', ['b', 'c']],
    ['b', []],
    ['c', ['d']],
    ['d', ['b', 'c']],
  ]);
  expect(findCycle(imports)).toEqual(['c', 'd', 'c']);
});
