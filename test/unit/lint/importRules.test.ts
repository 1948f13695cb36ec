import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import table from '../../../infra/lint/importTable.json';

const PROJECT = path.join(__dirname, '../../..');

const rows = table.folders;
const isFile = (folder: string): boolean => folder.endsWith('.ts');
const moduleOf = (folder: string): string => (isFile(folder) ? folder.slice(0, -'.ts'.length) : `${folder}/something`);

/** A line that imports a module of the project, for a type only, as the file of that row would write it. */
function importLine(from: string, target: string): string {
  const file = isFile(from) ? from : `${from}/probe.ts`;
  const specifier = path.posix.relative(path.posix.dirname(file), target);
  return `import type { X } from '${specifier.startsWith('.') ? specifier : `./${specifier}`}';`;
}

/** What each text is refused for by the project's own configuration of the linter. */
function lint(texts: readonly { readonly folder: string; readonly text: string }[]): string[][] {
  const input = texts.map(({ folder, text }) => ({ filePath: isFile(folder) ? folder : `${folder}/probe.ts`, text }));
  const output = execFileSync(process.execPath, ['test/support/lintTexts.mjs'], {
    cwd: PROJECT,
    input: JSON.stringify(input),
    encoding: 'utf8',
  });
  return JSON.parse(output) as string[][];
}

const allowedFor = ({ mayImport }: (typeof rows)[number]): readonly string[] =>
  mayImport.flatMap((folder) => (folder === 'foundation' ? table.foundation : [folder]));
const isWithin = (folder: string, target: string): boolean => target === folder || target.startsWith(`${folder}/`);

const forbidden = rows.map((row) =>
  [
    ...rows.filter(({ folder }) => folder !== row.folder).map(({ folder }) => moduleOf(folder)),
    'test/support/x',
  ].filter((target) => !allowedFor(row).some((folder) => isWithin(folder, target))),
);
const packageImports = [
  "import axios from 'axios';",
  "export * from 'axios';",
  "export { get } from 'axios';",
  "const later = import('axios');",
  "const now = require('axios');",
  "type Axios = import('axios').Axios;",
];

describe('the import rules', () => {
  let [ofForbidden, ofAllowed, ofPackages]: string[][][] = [];
  // In one go: the linter takes longer to start than to lint.
  beforeAll(() => {
    const linesOf = (folder: string, targets: readonly string[]) => ({
      folder,
      text: targets.map((target) => importLine(folder, target)).join('\n'),
    });
    const found = lint([
      ...rows.map(({ folder }, index) => linesOf(folder, forbidden[index] ?? [])),
      ...rows.map((row) => linesOf(row.folder, allowedFor(row))),
      ...packageImports.map((text) => ({ folder: 'shared/invitations', text })),
    ]);
    ofForbidden = found.slice(0, rows.length);
    ofAllowed = found.slice(rows.length, 2 * rows.length);
    ofPackages = found.slice(2 * rows.length);
  });

  it('refuse in each folder what the table does not name for it, also for a type alone', () => {
    expect(ofForbidden).toEqual(
      rows.map(({ folder }, index) =>
        (forbidden[index] ?? []).map(
          (target) => `imports/allowed: ${folder} may not import ${target}. CONTRIBUTING.md has the table.`,
        ),
      ),
    );
    expect(Math.min(...forbidden.map(({ length }) => length))).toBeGreaterThan(0);
  });

  it('let through what the table names', () => {
    expect(ofAllowed).toEqual(rows.map(() => []));
  });

  it('refuse a package that a folder has no use for, however it is imported', () => {
    expect(ofPackages).toEqual(
      packageImports.map(() => [
        'imports/allowed: shared/invitations may not import the package axios. CONTRIBUTING.md has the table.',
      ]),
    );
  });
});

test('the stand-ins import from shared/ the clock and what their README names', () => {
  const readme = readFileSync(path.join(PROJECT, 'infra/local/README.md'), 'utf8');
  const named = [...readme.matchAll(/`(shared\/[^`]+)`/g)].map(([, name]) => name);
  const imported = rows
    .filter(({ folder }) => folder.startsWith('infra/local/'))
    .flatMap(({ mayImport }) => mayImport.filter((name) => name.startsWith('shared/')));
  expect([...new Set(imported)].sort()).toEqual([...new Set(named)].sort());
});

describe('the table in CONTRIBUTING.md', () => {
  /** Its rows: the folder, and what it may import as the table words it. */
  const documented = readFileSync(path.join(PROJECT, 'CONTRIBUTING.md'), 'utf8')
    .split('<!-- imports:begin -->')[1]
    ?.split('<!-- imports:end -->')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => {
      const [, folder = '', , allowed = ''] = line.split(/\s*\|\s*/);
      return [folder.replaceAll('`', ''), allowed.replaceAll('`', '').replace('the foundation', 'foundation')];
    });

  it('is what the linter enforces', () => {
    expect(documented).toEqual(
      rows.map(({ folder, mayImport }) => [folder, mayImport.length === 0 ? 'nothing' : mayImport.join(', ')]),
    );
  });

  it('names the foundation', () => {
    const text = readFileSync(path.join(PROJECT, 'CONTRIBUTING.md'), 'utf8');
    const sentence = /\*The foundation\* is ([^.]*)\./.exec(text)?.[1] ?? '';
    expect([...sentence.matchAll(/`([^`]+)`/g)].map(([, folder]) => folder)).toEqual(table.foundation);
  });
});
