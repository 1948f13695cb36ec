/**
 * Checks the vocabulary and the sizes of the project: `npm run words [-- FOLDER …]`, all of it unless folders are named.
 * Prints each finding and a summary; ends with code 1 where there are findings. What a word is replaced with is in
 * CONTRIBUTING.md, Words.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** Words that stand nowhere: not in code, comments, documents or tests. An identifier counts as the words it is made of. */
const WORDS =
  'whoever, parked, unpark, hasten, salvage, pulled past, on the air, off the air, onAir, offAir, takeTurn, ' +
  'passOn, turned away, put off, putOff, untold, unhealable, sealed, secretBox, patient, rehearsal, roused, agenda, sessionBook, outward';

/** Parts that no identifier and no file name has. */
const PARTS =
  'turn, visit, gate, place, look, park, patience, alarm, fate, silence, door, moment, chart, symptom, lane, ' +
  'intake, nap, told, tell, remedy';

/** What is allowed all the same: a file (or folder), the word, and why. */
const EXCEPTIONS = [
  ['infra/words.mjs', '*', 'holds the lists'],
  ['test/fixtures/', '*', 'data as it was captured'],
  ['package-lock.json', '*', 'made by npm'],
  ['infra/azure/', 'sealed', 'a decorator of Bicep'],
  ['infra/local/service-bus/store/lmdbStore.ts', 'turn', 'eventTurnBatching is an option of lmdb'],
];

const MAX_LINE = 140;
const MAX_FOLDER_FILES = 20;
const MAX_FUNCTION_LINES = 60;

const folders = process.argv.slice(2).map((folder) => folder.replace(/\/$/, ''));
const isWanted = (file) =>
  folders.length === 0 || folders.some((folder) => file === folder || file.startsWith(`${folder}/`));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((file) => isWanted(file) && existsSync(file) && !/\.(png|snap|ico)$/.test(file));
const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
const isCode = (file) => /\.(tsx?|mjs|cjs)$/.test(file) && !file.startsWith('test/fixtures/');
const codeFiles = files.filter(isCode);

const findings = new Map();
const report = (kind, text) => findings.set(kind, [...(findings.get(kind) ?? []), text]);
const isExcepted = (file, word) =>
  EXCEPTIONS.some(([place, name]) => file.startsWith(place) && (name === '*' || name === word));

const toWords = (text) =>
  text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ')
    .toLowerCase();
const words = WORDS.split(', ').map((word) => [word, new RegExp(`\\b${toWords(word)}\\b`)]);
const parts = PARTS.split(', ');

for (const [file, text] of texts) {
  text.split('\n').forEach((line, index) => {
    const plain = toWords(line);
    for (const [word, pattern] of words)
      if (pattern.test(plain) && !isExcepted(file, word)) report('word', `${file}:${index + 1}: ${word}`);
    if (line.length > MAX_LINE && isCode(file)) report('line', `${file}:${index + 1}: ${line.length} characters`);
  });
  const name = toWords(path.basename(file).replace(/\..*$/, '')).split(' ');
  for (const part of parts)
    if (name.includes(part) && !isExcepted(file, part)) report('part', `${file}: file name with ${part}`);
}

const functionLines = [];
for (const file of codeFiles) {
  const source = ts.createSourceFile(file, texts.get(file), ts.ScriptTarget.Latest, true);
  const lineOf = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const seen = new Set();
  const visitNode = (node) => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
      const part = toWords(node.text)
        .split(' ')
        .find((word) => parts.includes(word.replace('#', '')));
      if (part !== undefined && !seen.has(node.text) && !isExcepted(file, part)) {
        seen.add(node.text);
        report('part', `${file}:${lineOf(node.getStart())}: ${node.text}`);
      }
    }
    if (ts.isFunctionLike(node) && node.body !== undefined && !file.startsWith('test/')) {
      const lines = lineOf(node.end) - lineOf(node.getStart()) + 1;
      functionLines.push(lines);
      if (lines > MAX_FUNCTION_LINES)
        report(
          'function',
          `${file}:${lineOf(node.getStart())}: ${node.name?.getText() ?? 'a function'} has ${lines} lines`,
        );
    }
    ts.forEachChild(node, visitNode);
  };
  visitNode(source);
}

const filesIn = Map.groupBy?.(files, (file) => path.dirname(file)) ?? groupByFolder(files);
for (const [folder, members] of filesIn)
  if (/^(shared|infra)/.test(folder) && members.length > MAX_FOLDER_FILES)
    report('folder', `${folder}: ${members.length} files`);

const quantile = (numbers, share) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length * share)] ?? 0;
const fileLines = codeFiles
  .filter((file) => !file.startsWith('test/'))
  .map((file) => texts.get(file).trimEnd().split('\n').length);

for (const [kind, found] of findings) for (const text of found) console.log(`${kind}: ${text}`);
const count = (kind) => findings.get(kind)?.length ?? 0;
console.log(
  `
words that stand nowhere        ${count('word')}
parts of names                  ${count('part')}
lines over ${MAX_LINE}                  ${count('line')}
folders over ${MAX_FOLDER_FILES} files           ${count('folder')}
functions over ${MAX_FUNCTION_LINES} lines         ${count('function')}
lines of a file                 median ${quantile(fileLines, 0.5)}, p90 ${quantile(fileLines, 0.9)} ` +
    `(${fileLines.length} files outside test/)
lines of a function             median ${quantile(functionLines, 0.5)}, p90 ${quantile(functionLines, 0.9)} ` +
    `(${functionLines.length} functions)`,
);
process.exit(findings.size === 0 ? 0 : 1);

/** As Map.groupBy, which Node 20 does not have. */
function groupByFolder(all) {
  const groups = new Map();
  for (const file of all) groups.set(path.dirname(file), [...(groups.get(path.dirname(file)) ?? []), file]);
  return groups;
}
