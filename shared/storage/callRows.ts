import { randomUUID } from 'node:crypto';
import type { Progress } from './orderRows';

/** Azure Tables: a text has at most 32 Ki characters; a step takes some 190 with the ids that the relay makes. */
const MAX_STEPS = 128;
const STEPS_CHARACTERS = 32_000;
/** An entity has at most 1 MiB, in which a character takes two bytes, and 252 properties of one's own. */
const MAX_CHARACTERS = 400_000;
const MAX_TEXTS = 200;
/** A row is of one day, so that retention, which goes by what was written last, keeps nothing much longer than it should. */
const DAY_MS = 86_400_000;
/** Invitations whose last row is remembered. */
const MAX_REMEMBERED = 1000;

/** Steps that are one text of a row. */
export interface StepsText {
  /** Of the row. */
  readonly name: string;
  /** Of the text in it. */
  readonly number: number;
  /** All that it is to hold. */
  readonly steps: readonly Progress[];
}

/**
 * The rows of this process's own in the order of invitations: for each as few as hold what is noted of it. No other process
 * writes them, so they are written without being read.
 */
export interface CallRows {
  /** The name of a row that has room for a text of so many characters, of that moment. */
  forText(invitation: string, characters: number, atMs: number): string;
  /** Where to note these steps, 1 to 64, beside those before them. They count as noted. */
  forSteps(invitation: string, steps: readonly Progress[]): StepsText;
  /** What comes next goes into a new row: the last one may be what the tables refused. */
  leave(invitation: string): void;
}

interface Remembered extends StepsText {
  readonly day: number;
  readonly room: number;
  readonly texts: number;
}

/** It remembers the last row of a thousand invitations. */
export function createCallRows(): CallRows {
  const last = new Map<string, Remembered>();

  const remember = (invitation: string, row: Remembered): Remembered => {
    last.delete(invitation);
    last.set(invitation, row);
    const [oldest] = last.keys();
    if (last.size > MAX_REMEMBERED && oldest !== undefined) last.delete(oldest);
    return row;
  };

  const lastOf = (invitation: string, day: number): Remembered | undefined => {
    const known = last.get(invitation);
    return known?.day === day ? known : undefined;
  };

  /** The last row with a text more, or a new one with that. */
  const withText = (invitation: string, characters: number, day: number): Remembered => {
    const known = lastOf(invitation, day);
    if (known !== undefined && characters <= known.room && known.texts < MAX_TEXTS)
      return { ...known, room: known.room - characters, texts: known.texts + 1 };
    return { name: randomUUID(), day, number: 0, steps: [], room: MAX_CHARACTERS - characters, texts: 1 };
  };

  return {
    forText: (invitation, characters, atMs) => remember(invitation, withText(invitation, characters, dayOf(atMs))).name,
    forSteps(invitation, steps) {
      const day = Math.max(...steps.map(({ atMs }) => dayOf(atMs)));
      const known = lastOf(invitation, day);
      if (known !== undefined && known.number > 0 && known.steps.length + steps.length <= MAX_STEPS)
        return remember(invitation, { ...known, steps: [...known.steps, ...steps] });
      const row = withText(invitation, STEPS_CHARACTERS, day);
      return remember(invitation, { ...row, number: row.number + 1, steps });
    },
    leave: (invitation) => void last.delete(invitation),
  };
}

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}
