import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { reasonNotToRun } from '../../support/docs/notRun';
import { firstMissing } from '../../support/docs/outputPattern';
import { documents, project, readDocument, shownCommands } from '../../support/docs/shellBlocks';

const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { scripts: object };
const others = [
  'CONTRIBUTING.md',
  'SECURITY.md',
  'llms.txt',
  'infra/local/README.md',
  'infra/local/ucwa/README.md',
  'infra/local/service-bus/README.md',
  'infra/local/functions-host/README.md',
  'infra/power-platform/README.md',
];

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
const anchorsOf = (file: string): string[] =>
  [...readDocument(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

describe.each([...documents(), ...others])('%s', (file) => {
  const text = readDocument(file);

  it('links to what is there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]*))?\)/g)];
    const dead = links.filter(([, target = '', anchor]) => {
      const path = target === '' ? file : join(dirname(file), target);
      return !existsSync(join(project, path)) || (anchor !== undefined && !anchorsOf(path).includes(anchor));
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });

  it('names files that are there', () => {
    const named = [...text.matchAll(/`((?:docs|functions|infra|shared|test)\/[\w./-]+\.\w+)`/g)].map(
      ([, path = '']) => path,
    );
    expect(named.filter((path) => !existsSync(join(project, path)))).toEqual([]);
  });

  it('names npm scripts that are there', () => {
    const named = [...text.matchAll(/npm run (?:-s )?([a-z][\w-]*(?::[a-z]+)?)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  it('shows no command outside of a block of the language console, where no test sees it', () => {
    if (!documents().includes(file)) return;
    const blocks = [...text.matchAll(/^ *```(?:sh|bash|shell|powershell)?\n.+$/gm)].map(([block]) => block);
    const fences = blocks.filter(
      (_, index) => index % 2 === 0 && /```(sh|bash|shell|powershell)/.test(blocks[index] ?? ''),
    );
    const indented = [...text.matchAll(/^ {4}(?:\$ )?(?:curl|npm|npx|node|az|azd) .*$/gm)].map(([line]) => line);
    expect([...fences, ...indented]).toEqual([]);
  });

  it('sets every variable that its commands use, in a command before', () => {
    const known = new Set<string>();
    const unknown: string[] = [];
    for (const { command } of shownCommands(file)) {
      for (const [, name = ''] of command.matchAll(/(?:^|\s)([A-Za-z_]+)=/g)) known.add(name);
      for (const [, name = ''] of command.matchAll(/\$\{?([A-Za-z_]+)/g)) if (!known.has(name)) unknown.push(name);
    }
    expect(unknown).toEqual([]);
  });
});

it('names settings that docs/settings.md has, or the deployment or a tool', () => {
  const settings = readDocument('docs/settings.md');
  const deployment = readDocument('infra/azure/main.parameters.json');
  const tools = readDocument('infra/cli/findRelay.ts');
  const named = documents().flatMap((file) =>
    [...readDocument(file).matchAll(/`((?:UCWA|RELAY|POLL|WEBHOOK|ENTRA)_[A-Z_]+)\b/g)].map(([, name = '']) => name),
  );
  expect(
    [...new Set(named)].filter(
      (name) => !settings.includes(`\`${name}\``) && !deployment.includes(`\${${name}`) && !tools.includes(name),
    ),
  ).toEqual([]);
});

it('what the documents tell a reader to save is of no concern to the checks of the sources', () => {
  const saved = documents().flatMap((file) =>
    [...readDocument(file).matchAll(/(?:node|python|import|--file) ([\w-]+\.(?:mjs|py|csv|json))/g)].map(
      ([, name = '']) => name,
    ),
  );
  expect(saved).toContain('receiver.mjs');
  const ignored = readFileSync(join(project, '.gitignore'), 'utf8').split('\n');
  const linter = readFileSync(join(project, 'eslint.config.mjs'), 'utf8');
  expect(saved.filter((name) => !ignored.includes(`/${name}`))).toEqual([]);
  expect(saved.filter((name) => name.endsWith('.mjs') && !linter.includes(`'${name}'`))).toEqual([]);
});

test('a command that is not run has a reason', () => {
  expect(reasonNotToRun('azd provision')).toBe('it needs Azure');
  expect(reasonNotToRun('npm run health')).toBeUndefined();
});

test.each([
  [['took 12 ms  …'], ['took 3456 ms and more'], undefined],
  [['a', 'c'], ['a', 'b', 'c'], undefined],
  [['c', 'a'], ['a', 'b', 'c'], 'a'],
  [['{"x":…'], ['{"x":{}}'], undefined],
  [['a b'], ['a c'], 'a b'],
])('of the lines %j the output %j lacks %j', (shown, output, missing) => {
  expect(firstMissing(shown, output)).toBe(missing);
});
