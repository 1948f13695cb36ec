import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  azureFolder,
  createBicepParser,
  nodesOf,
  readBicepFiles,
  syntaxErrorLines,
  type BicepFile,
} from '../../support/bicep';

let files: BicepFile[];
beforeAll(async () => (files = await readBicepFiles()));

const main = () => {
  const file = files.find(({ path }) => path === 'main.bicep');
  if (file === undefined) throw new Error('There is no main.bicep.');
  return file;
};

/** The decorators that stand before a declaration. */
function declarations(kind: string): { readonly text: string; readonly decorators: string }[] {
  return nodesOf(main().root, kind).map((node) => ({
    text: node.text,
    decorators: node.previousNamedSibling?.type === 'decorators' ? node.previousNamedSibling.text : '',
  }));
}

describe('the Bicep files', () => {
  it('follow the grammar', () => {
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['main.bicep', 'modules/functionApp.bicep', 'modules/serviceBus.bicep']),
    );
    expect(
      files.filter(({ root }) => root.hasError).map(({ path, root }) => `${path}:${syntaxErrorLines(root).join()}`),
    ).toEqual([]);
  });

  test.each([
    ['a missing value', 'param a string = \n= 3'],
    ['an object that is not closed', "resource a 'b@2024-01-01' = {\n  name: 'x'\n"],
  ])('%s would be seen', async (_title, text) => {
    const parse = await createBicepParser();
    expect(parse(text).hasError).toBe(true);
  });

  it('use released versions of the API only', () => {
    const types = files.flatMap(({ text }) =>
      [...text.matchAll(/'(Microsoft\.[^']+)@([^']+)'/g)]
        // Its one released version knows neither several settings nor category groups.
        .filter(([, type]) => type !== 'Microsoft.Insights/diagnosticSettings')
        .map(([, , version]) => version),
    );
    expect(types.length).toBeGreaterThan(30);
    expect(types.filter((version) => !/^\d{4}-\d\d-\d\d$/.test(version ?? ''))).toEqual([]);
  });

  it('ask no network registry for a module', () => {
    expect(
      files
        .flatMap(({ text }) => [...text.matchAll(/^module \w+ '([^']+)'/gm)].map(([, path]) => path))
        .filter((path) => !path?.startsWith('modules/')),
    ).toEqual([]);
  });
});

describe('main.bicep', () => {
  it('says of every parameter what it is', () => {
    const parameters = declarations('parameter_declaration');
    expect(parameters.length).toBeGreaterThan(20);
    expect(
      parameters.filter(({ decorators }) => !decorators.includes('@description(')).map(({ text }) => text),
    ).toEqual([]);
  });

  test.each(['accounts', 'signingKey', 'encryptionKey'])(
    'keeps %s secret, in itself and in every module that takes it',
    (name) => {
      const declared = files.flatMap(({ text }) =>
        [...text.matchAll(new RegExp(`((?:^@.*\n)*)^param ${name} `, 'gm'))].map(([, decorators]) => decorators),
      );
      expect(declared).toHaveLength(2);
      for (const decorators of declared) expect(decorators).toContain('@secure()');
    },
  );

  it('gives nothing secret away', () => {
    const outputs = files.flatMap(({ root }) => nodesOf(root, 'output_declaration').map(({ text }) => text));
    expect(outputs.length).toBeGreaterThan(10);
    expect(
      outputs.filter((text) => /listKeys|ConnectionString|signingKey|encryptionKey|\baccounts\b/i.test(text)),
    ).toEqual([]);
    expect(
      files.filter(({ text }) => /list(Keys|Secrets|ConnectionStrings)?\(/.test(text)).map(({ path }) => path),
    ).toEqual([]);
  });

  it('has a parameter for everything that main.parameters.json sets, and holds no secret there', () => {
    const { parameters } = JSON.parse(readFileSync(join(azureFolder, 'main.parameters.json'), 'utf8')) as {
      parameters: Record<string, { value: string }>;
    };
    const known = declarations('parameter_declaration').map(({ text }) => /^param (\w+)/.exec(text)?.[1]);
    expect(known).toEqual(expect.arrayContaining(Object.keys(parameters)));
    expect(Object.values(parameters).filter(({ value }) => !/^\$\{[A-Z_]+(=\w*)?\}$/.test(value))).toEqual([]);
  });
});
