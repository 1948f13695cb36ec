import type { Colour, Line } from './describeEvent';
import { harmless, timeOfDay, type Terminal } from './terminal';

const LABEL_WIDTH = 9;
/** A line is as wide as a terminal of 100 columns; its time and its word take 25. */
const TEXT_WIDTH = 75;
/** What a person must be able to read whole. */
const WHOLE = new Set(['problem', 'warning', 'error']);

/** Prints one thing that happened: time, word, text, in columns. A problem is printed whole, everything else in one line. */
export function printLine(terminal: Terminal, { atMs, label, text, colour }: Line): void {
  const paint = colour ?? colours[label] ?? 'dim';
  const [first = '', ...more] = WHOLE.has(label) ? wrapped(harmless(text)) : [cut(harmless(text))];
  terminal.line(`${terminal.dim(timeOfDay(atMs))}  ${terminal[paint](label.padEnd(LABEL_WIDTH))}  ${first}`);
  for (const line of more) terminal.line(`${' '.repeat(100 - TEXT_WIDTH)}${line}`);
}

const cut = (text: string): string => (text.length <= TEXT_WIDTH ? text : `${text.slice(0, TEXT_WIDTH - 1)}…`);

/** In lines of that width, broken between words; a longer word stands alone. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/ (?! )/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > TEXT_WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

const colours: Readonly<Record<string, Colour>> = {
  ring: 'bold',
  call: 'bold',
  started: 'accent',
  updated: 'accent',
  completed: 'accent',
  command: 'accent',
  connected: 'good',
  gap: 'bad',
  error: 'bad',
  problem: 'bad',
  warning: 'bad',
};
