import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { indexFunctions } from '../../infra/local/functions-host/indexFunctions';

const project = join(__dirname, '../..');

describe('the functions', () => {
  it('are the files in functions/, which are all that main matches, and what the host indexes', async () => {
    const files = readdirSync(join(project, 'functions')).map((file) => basename(file, '.ts'));
    const { main } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { main: string };
    expect(main).toBe('dist/functions/*.js');
    const matched = readdirSync(join(project, 'dist/functions'))
      .filter((file) => file.endsWith('.js'))
      .map((file) => basename(file, '.js'));
    const indexed = (await indexFunctions(project)).map(({ name }) => name.replace(/^(pollEventChannel)\d+$/, '$1'));
    expect(matched.sort()).toEqual(files.sort());
    expect([...new Set(indexed)].sort()).toEqual(files);
  });
});
