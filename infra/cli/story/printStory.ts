import { harmless, timeOfDay } from '../../local/start/print/terminal';
import type { StoryLine, StoryTerminal } from './storyLine';
import { marks } from './storyLine';

const TIME_WIDTH = '00:00:00.000'.length;
/** Of all words but `answeredElsewhere` and `dead-lettered`, which are rare. */
const LABEL_WIDTH = 'transferred'.length;

/** A line with its time, its mark and its word; what is longer than the terminal goes on below its text. */
export function printStoryLine(terminal: StoryTerminal, { atMs, label, text, tone }: StoryLine): void {
  const time = atMs === undefined ? ' '.repeat(TIME_WIDTH) : timeOfDay(atMs);
  const indent = TIME_WIDTH + LABEL_WIDTH + 5;
  // Callers, subscribers and consumers chose parts of it.
  const [first = '', ...others] = wrap(harmless(text), terminal.width - indent);
  const head = terminal[tone](`${marks[tone]} ${label.padEnd(LABEL_WIDTH)}`);
  terminal.line(`${terminal.dim(time)}  ${head} ${first}`);
  for (const other of others) terminal.line(`${' '.repeat(indent)}${other}`);
}

/** A paragraph, indented from its second line on. */
export function printParagraph(terminal: StoryTerminal, text: string, indent = 0): void {
  const [first = '', ...others] = wrap(text, terminal.width - indent);
  terminal.line(first);
  for (const other of others) terminal.line(`${' '.repeat(indent)}${other}`);
}

/** The text in lines of at most that many characters; only a word that is longer is cut. Pure. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((one) => cut(one, width))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = word;
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

function cut(word: string, width: number): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < word.length; at += width) pieces.push(word.slice(at, at + width));
  return pieces;
}
