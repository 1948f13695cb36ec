// What `npm test` wants of the sources: the linter, and beside it, one after another, types, form, vocabulary and sizes, which take about
// as long; each one's output when it has ended. Exit code 1 when one fails.
import { spawn } from 'node:child_process';

const linter = ['linter', 'node_modules/eslint/bin/eslint.js', ['.']];
const others = [
  ['types', 'node_modules/typescript/bin/tsc', []],
  ['types of the console', 'node_modules/typescript/bin/tsc', ['-p', 'shared/console']],
  ['form', 'node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']],
  ['vocabulary and sizes', 'infra/words.mjs', []],
];

const run = ([name, script, args]) =>
  new Promise((resolve) => {
    const startedMs = performance.now();
    const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
    child.on('close', (code) => {
      const seconds = Math.round((performance.now() - startedMs) / 1000);
      process.stdout.write(`${name}: ${code === 0 ? 'passed' : 'FAILED'} in ${seconds} s\n${Buffer.concat(output)}`);
      resolve(code === 0);
    });
  });

const runOneByOne = async (checks) => {
  const passed = [];
  for (const check of checks) passed.push(await run(check));
  return passed.every(Boolean);
};

const passed = await Promise.all([run(linter), runOneByOne(others)]);
process.exit(passed.every(Boolean) ? 0 : 1);
