import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { telemetryMarkdown } from '../../infra/docs/telemetryMarkdown';

const project = join(__dirname, '../..');
const text = telemetryMarkdown(project);

test('docs/telemetry.md is what the code says; else run "npm run docs"', () => {
  expect(readFileSync(join(project, 'docs/telemetry.md'), 'utf8')).toBe(text);
});

test('it has events of each level, every metric and the spans of a call', () => {
  for (const level of ['info', 'warn', 'error']) expect(text).toContain(`| ${level} |`);
  const metrics = readFileSync(join(project, 'shared/telemetry/metrics.ts'), 'utf8').matchAll(
    /\.create\w+\(\s*'(relay\.\w+)'/g,
  );
  const names = [...metrics].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(text).toMatch(new RegExp(`^\\| \`${name}\` \\| \\S`, 'm'));
  expect(text).toContain('| `command` |');
});

test('docs/operations.md asks only for metrics that are there', () => {
  const asked = readFileSync(join(project, 'docs/operations.md'), 'utf8').matchAll(/name == "(relay\.\w+)"/g);
  const names = [...asked].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(1);
  for (const name of names) expect(text).toContain(`| \`${name}\` |`);
});
