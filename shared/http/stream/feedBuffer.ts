import type { FeedEntry } from '../../invitations/record/feed';
import type { Position } from './position';

/** What a page is shown from its position on. */
export interface Selection {
  /** Position before the first entry. */
  readonly from: Position;
  /** The earliest first, each with the position after it. */
  readonly entries: readonly { readonly position: Position; readonly entry: FeedEntry }[];
  /** Whether this goes on where the page left off. */
  readonly isContinued: boolean;
  /** Whether the position is out of reach: the entries are those of a page that has none. */
  readonly isReset: boolean;
  /** How long the answer may be held for something newer. */
  readonly holdMs: number;
}

/** The entries that were read last, at most 2,000 and none for longer than 10 min. */
export interface FeedBuffer {
  /** From when on the next read must bring everything. */
  nextSinceMs(nowMs: number): number;
  readonly isKnown: (key: string) => boolean;
  /** @param isWhole whether nothing is missing between these entries and those before. */
  add(read: { readonly entries: readonly FeedEntry[]; readonly isWhole: boolean; readonly atMs: number }): void;
  select(position: Position | undefined, isShown: (entry: FeedEntry) => boolean): Selection;
}

const MOST_ENTRIES = 2_000;
const KEEP_MS = 600_000;
/** A page without a position is shown so much: what rings now is part of it. */
const REPLAY_MS = 180_000;
/** Rows come late, and clocks differ, by at most so much. */
const OVERLAP_MS = 10_000;
/** A page is answered after so long in any case. */
const HOLD_MS = 20_000;
/**
 * So soon where entries are near the position of another process, which may not have read them: they are shown again. Not at
 * once, or two processes that take turns would repeat them to each other's pages without end.
 */
const BRIEF_HOLD_MS = 2_000;

interface Buffered {
  /** Counts the entries of this process, from 1 on. */
  readonly count: number;
  readonly readAtMs: number;
  readonly entry: FeedEntry;
}

/** What is buffered. */
interface State {
  readonly processName: string;
  readonly buffered: readonly Buffered[];
  /** Of the last entry. */
  readonly count: number;
  /** What was read before this is not here. */
  readonly wholeFromMs: number;
  readonly readUntilMs: number;
}

/** @param processName names this process in positions. */
export function createFeedBuffer(processName: string): FeedBuffer {
  let state: State = { processName, buffered: [], count: 0, wholeFromMs: 0, readUntilMs: 0 };
  /** Keys that the next read brings again, with the time at which they were recorded. */
  const known = new Map<string, number>();

  const forgetAll = (fromMs: number): void => {
    known.clear();
    // A gap in the count puts every earlier position out of reach.
    state = { ...state, buffered: [], count: state.count + 1, wholeFromMs: fromMs };
  };

  return {
    nextSinceMs(nowMs) {
      if (nowMs - state.readUntilMs <= KEEP_MS) return state.readUntilMs - OVERLAP_MS;
      forgetAll(nowMs - REPLAY_MS);
      return nowMs - REPLAY_MS;
    },
    isKnown: (key) => known.has(key),
    add({ entries, isWhole, atMs }) {
      if (!isWhole) forgetAll(entries[0]?.recordedAtMs ?? atMs);
      for (const { key, recordedAtMs } of entries) known.set(key, recordedAtMs);
      for (const [key, recordedAtMs] of known) if (recordedAtMs < atMs - OVERLAP_MS) known.delete(key);
      state = extend(state, entries, atMs);
    },
    select: (position, isShown) => select(state, position, isShown),
  };
}

/** With these entries at the end, and without those that are too old or too many. Pure. */
function extend({ buffered, count, ...rest }: State, entries: readonly FeedEntry[], atMs: number): State {
  const added = entries.map((entry, index) => ({ count: count + index + 1, readAtMs: atMs, entry }));
  const all = entries.length === 0 ? buffered : [...buffered, ...added];
  const firstKept = all.findIndex(
    ({ readAtMs }, index) => readAtMs > atMs - KEEP_MS && index >= all.length - MOST_ENTRIES,
  );
  const dropped = firstKept < 0 ? all.length : firstKept;
  return {
    ...rest,
    buffered: dropped === 0 ? all : all.slice(dropped),
    count: count + entries.length,
    wholeFromMs: Math.max(rest.wholeFromMs, all[dropped - 1]?.readAtMs ?? 0),
    readUntilMs: atMs,
  };
}

function select(state: State, position: Position | undefined, isShown: (entry: FeedEntry) => boolean): Selection {
  const { processName, buffered, readUntilMs } = state;
  const shownAfter = (isAfter: (one: Buffered) => boolean): readonly Buffered[] =>
    buffered.slice(buffered.findLastIndex((one) => !isAfter(one)) + 1).filter(({ entry }) => isShown(entry));
  if (position === undefined || !isReachable(position, state)) {
    const recent = shownAfter(() => true).filter(({ entry }) => entry.recordedAtMs > readUntilMs - REPLAY_MS);
    return { ...between(recent, state), isContinued: false, isReset: position !== undefined, holdMs: 0 };
  }
  if (position.processName === processName) {
    const newer = shownAfter(({ count }) => count > position.count);
    return { ...between(newer, state), isContinued: true, isReset: false, holdMs: newer.length > 0 ? 0 : HOLD_MS };
  }
  const near = shownAfter(({ readAtMs }) => readAtMs > position.readUntilMs - OVERLAP_MS);
  const isNewer = (near.at(-1)?.readAtMs ?? 0) > position.readUntilMs;
  const holdMs = isNewer ? 0 : near.length > 0 ? BRIEF_HOLD_MS : HOLD_MS;
  return { ...between(near, state), isContinued: false, isReset: false, holdMs };
}

function isReachable(position: Position, { processName, buffered, count, wholeFromMs }: State): boolean {
  return position.processName === processName
    ? position.count <= count && position.count >= (buffered[0]?.count ?? count + 1) - 1
    : position.readUntilMs - OVERLAP_MS >= wholeFromMs;
}

/** The entries with the positions before the first and after each. */
function between(
  selected: readonly Buffered[],
  { processName, count, readUntilMs }: State,
): Pick<Selection, 'from' | 'entries'> {
  const [first] = selected;
  return {
    from: {
      processName,
      count: (first?.count ?? count + 1) - 1,
      readUntilMs: first === undefined ? readUntilMs : first.readAtMs - 1,
    },
    entries: selected.map((one, index) => ({
      position: {
        processName,
        count: one.count,
        // After the last the page has everything, and must not be shown it again by another process.
        readUntilMs: index === selected.length - 1 ? readUntilMs : one.readAtMs,
      },
      entry: one.entry,
    })),
  };
}
