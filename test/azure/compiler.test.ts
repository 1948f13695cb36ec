import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBicepCompiler, withCopyOfBicepFiles, type BicepCompiler } from '../support/bicepCompiler';
import { readBicepFiles } from '../support/bicep';

const compiler = findBicepCompiler();
const bicep: BicepCompiler = (...given) => {
  if (compiler === undefined) throw new Error('There is no compiler.');
  return compiler(...given);
};

(compiler === undefined ? describe.skip : describe)('Microsoft’s Bicep compiler', () => {
  it('builds main.bicep with its modules, without a warning', () => {
    const { output, diagnostics } = bicep(['build', 'main.bicep', '--stdout']);
    expect(diagnostics).toEqual([]);
    expect(JSON.parse(output)).toMatchObject({
      $schema: expect.stringContaining('subscriptionDeploymentTemplate.json'),
    });
  });

  it('finds nothing to improve, the age of the API versions included', () => {
    expect(bicep(['lint', 'main.bicep'])).toEqual({ output: '', diagnostics: [] });
  });

  it('reports an API version that is too old, and a name that is not defined', () => {
    const diagnostics = withCopyOfBicepFiles((folder) => bicep(['lint', oldAndWrong(folder)], folder).diagnostics);
    expect(diagnostics).toEqual([
      expect.stringContaining('Warning use-recent-api-versions'),
      expect.stringContaining('Error BCP057'),
    ]);
  });

  it('formats each file as it is', async () => {
    const files = await readBicepFiles();
    expect(files.length).toBeGreaterThan(5);
    withCopyOfBicepFiles((folder) => {
      expect(bicep(['format', '--pattern', '**/*.bicep'], folder).diagnostics).toEqual([]);
      for (const { path, text } of files)
        expect([path, readFileSync(join(folder, path), 'utf8')]).toEqual([path, text]);
    });
  });
});

/** A file with two mistakes of which the grammar knows nothing. */
function oldAndWrong(folder: string): string {
  const path = 'wrong.bicep';
  writeFileSync(
    join(folder, path),
    `resource vault 'Microsoft.KeyVault/vaults@2019-09-01' existing = {\n  name: 'vault'\n}\noutput wrong string ` +
      `= '\${vault.id}\${unknown}'\n`,
  );
  return path;
}
