import type { Terminal } from '../../local/start/print/terminal';

/** How a line looks: each is a style of the terminal, and a mark that says the same without colour. */
export const marks = { good: '✓', bad: '✗', accent: '!', dim: '–', bold: ' ' } as const;
export type Tone = keyof typeof marks;

/** Something that happened, or that is to be known. */
export interface StoryLine {
  /** Milliseconds since the epoch; absent where it has no moment of its own. */
  readonly atMs?: number | undefined;
  /** One word for what it is. */
  readonly label: string;
  readonly text: string;
  readonly tone: Tone;
}

/** Where a line is printed; what follows a reader that has gone is dropped. */
export interface StoryTerminal extends Terminal {
  /** Columns of a line. */
  readonly width: number;
}
