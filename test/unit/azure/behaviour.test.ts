import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const docs = join(__dirname, '../../../docs');
const rows = readFileSync(join(docs, 'azure.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (---|What Azure does) \|/.test(line))
  .map((line) => line.split(' | '));

describe('docs/azure.md', () => {
  it('names a test for each thing that Azure does', () => {
    expect(rows.length).toBeGreaterThan(20);
    for (const [what, , tests = ''] of rows)
      expect([what, tests]).toEqual([what, expect.stringMatching(/\]\(.*\.ts\)/)]);
  });

  test.each(
    rows.flatMap(([, , tests = '']) =>
      [...tests.matchAll(/\[(.*?)\]\((.*?)\)/g)].map(([, title, file]) => [title, file]),
    ),
  )('names a test that is there: %s', (title = '', file = '') => {
    const path = join(docs, file);
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain(title);
  });
});
