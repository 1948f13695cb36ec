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

  it('has each of its parameters in azd’s environment, by the name of the app’s setting or its own, and no value in the file', () => {
    const { parameters } = JSON.parse(readFileSync(join(azureFolder, 'main.parameters.json'), 'utf8')) as {
      parameters: Record<string, { value: string }>;
    };
    const ofAzd = {
      environmentName: 'AZURE_ENV_NAME',
      location: 'AZURE_LOCATION',
      operatorPrincipalId: 'AZURE_PRINCIPAL_ID',
      operatorPrincipalType: 'AZURE_PRINCIPAL_TYPE',
    };
    const main = files.find(({ path }) => path === 'main.bicep')?.text ?? '';
    const expected = [...main.matchAll(/^(?:@.*\n)*param (\w+) /gm)].map(([text, name = '']) => {
      // UCWA_ACCOUNTS is JSON, whose quotation marks azd takes as a reference to a secret only: nobody is to set it by mistake.
      const setting = name === 'accounts' ? undefined : /@description\('([A-Z][A-Z_]+):/.exec(text)?.[1];
      const own = `RELAY_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
      return [name, { value: `\${${new Map(Object.entries(ofAzd)).get(name) ?? setting ?? own}}` }];
    });
    expect(Object.entries(parameters)).toEqual(expected);
  });
});
