import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectFolder } from '../../infra/local/start/projectFolder';

/** What the figures are is nobody's concern here: the machine may be busy. */
test('npm run bench measures, prints and keeps what it found', async () => {
  const startedAt = new Date();
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['-r', './test/runTypeScript.cjs', 'test/bench/main.ts', '--quick', 'latency'],
    { cwd: projectFolder },
  );

  expect(stdout).toContain('1 account: p50 over floor');
  const kept = JSON.parse(await readFile(join(projectFolder, 'bench-results', 'latency.quick.json'), 'utf8')) as {
    at: string;
    figures: object[];
  };
  expect(new Date(kept.at) >= startedAt).toBe(true);
  expect(kept.figures).toContainEqual({
    figure: '1 account: p50 over floor',
    unit: '',
    runs: [expect.any(Number)],
    median: expect.any(Number),
    atMost: 2,
  });
}, 300_000);
