import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { generatedDocs } from './generatedDocs';
import { telemetryMarkdown } from './telemetryMarkdown';

const USAGE = `Usage: npm run docs

Writes what docs/ shows of the code: documents, examples, tables. A test fails while they differ.`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const project = process.cwd();
  const files = Object.entries({
    ...(await generatedDocs(project)),
    'docs/telemetry.md': telemetryMarkdown(project),
  });
  for (const [path, content] of files) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), content);
  }
  console.log(`${files.length} files written.`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof TypeError ? 2 : 1;
});
