import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the project. */
export const project = join(__dirname, '../../..');

/** A command that a document shows, and the lines that it shows of its output. */
export interface ShownCommand {
  readonly file: string;
  /** As it is given to a shell, with the lines that continue it. */
  readonly command: string;
  readonly output: readonly string[];
}

/** The documents for users, the most important first. */
export function documents(): string[] {
  const pages = readdirSync(join(project, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .sort();
  return ['README.md', ...pages];
}

export const readDocument = (file: string): string => readFileSync(join(project, file), 'utf8');

/** Every command of a document's blocks of the language `console`, in order. */
export function shownCommands(file: string): ShownCommand[] {
  const blocks = [...readDocument(file).matchAll(/^( *)```console\n([^]*?)^ *```$/gm)];
  return blocks.flatMap(([, indent = '', block = '']) =>
    commandsOf(file, block.replaceAll(`\n${indent}`, '\n').trim()),
  );
}

/** A command begins with `$ `; a line that ends with a backslash goes on in the next. */
function commandsOf(file: string, block: string): ShownCommand[] {
  const commands: { file: string; command: string; output: string[] }[] = [];
  let goesOn = false;
  for (const line of block.split('\n')) {
    const last = commands.at(-1);
    if (line.startsWith('$ ')) commands.push({ file, command: line.slice(2), output: [] });
    else if (last === undefined) throw new Error(`${file}: a block begins with output: ${line}`);
    else if (goesOn) last.command += `\n${line}`;
    else last.output.push(line);
    goesOn = line.endsWith('\\') && (goesOn || line.startsWith('$ '));
  }
  return commands;
}
