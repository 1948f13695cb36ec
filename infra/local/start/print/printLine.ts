import type { Colour, Line } from './describeEvent';
import { harmless, timeOfDay, type Terminal } from './terminal';

const LABEL_WIDTH = 9;
/** A line is as wide as a terminal of 100 columns; its time and its word take 25. */
const TEXT_WIDTH = 75;

/** Prints one thing that happened: time, word, text, in columns. A problem is printed whole, everything else in one line. */
export function printLine(terminal: Terminal, { atMs, label, text, colour }: Line): void {
  const paint = colour ?? colours[label] ?? 'dim';
  const whole = harmless(text);
  const fits = label === 'problem' || label === 'host' || whole.length <= TEXT_WIDTH;
  const shown = fits ? whole : `${whole.slice(0, TEXT_WIDTH - 1)}…`;
  terminal.line(`${terminal.dim(timeOfDay(atMs))}  ${terminal[paint](label.padEnd(LABEL_WIDTH))}  ${shown}`);
}

const colours: Readonly<Record<string, Colour>> = {
  ring: 'bold',
  call: 'bold',
  started: 'accent',
  updated: 'accent',
  completed: 'accent',
  gap: 'bad',
  host: 'bad',
  problem: 'bad',
};
