import { randomUUID } from 'node:crypto';
import type { Progress } from './orderRows';

/** Azure Tables: a text has at most 32 Ki characters; a step takes some 200. */
const MAX_STEPS = 128;
const STEPS_CHARACTERS = 32_000;
/** An entity has at most 1 MiB, in which a character takes two bytes. */
const MAX_CHARACTERS = 400_000;
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
 * writes them, so they are written without being read. What is asked for counts as noted.
 */
export interface CallRows {
  /** The name of a row that has room for a text of so many characters. */
  forText(invitation: string, characters: number): string;
  /** Where to note these steps, at most 64, beside those before them. */
  forSteps(invitation: string, steps: readonly Progress[]): StepsText;
  /** It is not known what was written last: what comes next goes into a new row. */
  leave(invitation: string): void;
}

interface Remembered extends StepsText {
  readonly room: number;
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

  const withRoom = (invitation: string, characters: number): Remembered => {
    const known = last.get(invitation);
    if (known !== undefined && characters <= known.room) return { ...known, room: known.room - characters };
    return { name: randomUUID(), number: 0, steps: [], room: MAX_CHARACTERS - characters };
  };

  return {
    forText: (invitation, characters) => remember(invitation, withRoom(invitation, characters)).name,
    forSteps(invitation, steps) {
      const known = last.get(invitation);
      if (known !== undefined && known.number > 0 && known.steps.length + steps.length <= MAX_STEPS) return remember(invitation, { ...known, steps: [...known.steps, ...steps] });
      const row = withRoom(invitation, STEPS_CHARACTERS);
      return remember(invitation, { ...row, number: row.number + 1, steps });
    },
    leave: (invitation) => void last.delete(invitation),
  };
}
