import { execFile } from 'node:child_process';
import { projectFolder } from '../../infra/local/start/projectFolder';
import { readCommandLine, usage } from '../chaos/commandLine';
import { scenarios } from '../chaos/scenarios';

/** `npm run chaos -- …`, without the build. */
function chaos(
  ...args: string[]
): Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['-r', './test/runTypeScript.cjs', 'test/chaos/main.ts', ...args],
      { cwd: projectFolder },
      (_error, stdout, stderr) => resolve({ exitCode: child.exitCode, stdout, stderr }),
    );
  });
}

const read = (...args: string[]) => readCommandLine(args, scenarios);

test('says how it is used', () => {
  expect(read('--fuzz', '--help')).toBe('help');
  for (const option of ['--kills N', '--calls N', '--accounts N', '--outage N', '--fuzz', '--seed N'])
    expect(usage(scenarios)).toContain(option);
});

test('kills hosts unless a flag says otherwise', () => {
  expect(read('--kills', '5', '--seed', '9')).toEqual({
    scenario: scenarios['kills'],
    values: { kills: 5, calls: 3_000, accounts: 50, outage: 60, seed: 9 },
  });
  expect(read('--fuzz')).toMatchObject({
    scenario: scenarios['fuzz'],
    values: { packages: 100_000, seed: expect.any(Number) },
  });
});

test.each([
  ['a number that is none', ['--kills', 'many']],
  ['no kills', ['--kills', '0']],
  ['an option of another scenario', ['--fuzz', '--kills', '3']],
])('%s is refused by name', (_, args) => {
  expect(() => read(...args)).toThrow('--kills');
});

test('a run that held: exit code 0', async () => {
  expect(await chaos('--fuzz', '--packages', '50', '--seed', '7')).toEqual({
    exitCode: 0,
    stdout: 'seed 7\n50 mutated packages: no exception, every event valid\n',
    stderr: '',
  });
});

test('a command line that is not understood: exit code 2, what is wrong, and how it is used', async () => {
  expect(await chaos('--bogus')).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringMatching(/^Unknown option '--bogus'[^]*--seed N/),
  });
});
