import type { Line } from './describeEvent';
import { harmless, timeOfDay, type Terminal } from './terminal';

const LABEL_WIDTH = 9;

/** Prints one thing that happened: time, word, text, in columns. */
export function printLine(terminal: Terminal, { atMs, label, text }: Line): void {
  const paint = colours[label] ?? 'dim';
  terminal.line(`${terminal.dim(timeOfDay(atMs))}  ${terminal[paint](label.padEnd(LABEL_WIDTH))}  ${harmless(text)}`);
}

const colours: Readonly<Record<string, 'bold' | 'good' | 'bad' | 'accent'>> = {
  ring: 'bold',
  call: 'bold',
  started: 'accent',
  updated: 'accent',
  completed: 'good',
  gap: 'bad',
  problem: 'bad',
};
