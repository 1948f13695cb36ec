import { useEffect, useRef, useState } from 'preact/hooks';
import { useConsole, useShared } from '../app/context';
import type { CallItem, CallPage } from '../api/answers';
import { errorText } from '../api/createApi';
import { endedOf, mergeCalls, type Calls } from '../calls/mergeCalls';
import { matchesHistory, toQuery, type HistoryFilter } from './historyFilter';

/** Somebody who types is not asked about every letter. */
const AFTER_TYPING_MS = 300;
/** A list is by account, so that the newest of all are known when it is read to its end, or this far. */
const MOST_PAGES = 5;

export interface HistoryList {
  /** The newest first. */
  readonly calls: readonly CallItem[];
  /** Reads on; undefined at the end. */
  readonly more: (() => void) | undefined;
  readonly isReading: boolean;
  readonly problem: string | undefined;
}

/** What was read for a filter: the relay's list, and whatever has ended since. */
export function useHistory(filter: HistoryFilter, nowMs: number): HistoryList {
  const { console } = useShared();
  const live = useConsole((state) => state.calls);
  const [read, setRead] = useState<Calls>(new Map());
  const [cursor, setCursor] = useState<string | undefined>(undefined);
  const [isReading, setReading] = useState(false);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const reading = useRef<AbortController | undefined>(undefined);

  const readOn = async (from: string | undefined, known: Calls): Promise<void> => {
    reading.current?.abort();
    const controller = new AbortController();
    reading.current = controller;
    setReading(true);
    setProblem(undefined);
    let next = from;
    let all = known;
    try {
      for (let page = 0; page === 0 || (next !== undefined && page < MOST_PAGES); page += 1) {
        const query = toQuery(filter, console.now());
        if (next !== undefined) query.set('cursor', next);
        const answer: CallPage = await console.api.get(`/invitations?${query.toString()}`, controller.signal);
        all = mergeCalls(all, answer.invitations);
        next = answer.cursor;
        setRead(all);
      }
      setCursor(next);
    } catch (error) {
      if (!controller.signal.aborted) setProblem(errorText(error));
    }
    if (reading.current === controller) setReading(false);
  };
  const { caller, outcome, account, hours } = filter;
  useEffect(() => {
    const timer = setTimeout(() => void readOn(undefined, new Map()), caller === '' ? 0 : AFTER_TYPING_MS);
    return () => clearTimeout(timer);
  }, [caller, outcome, account, hours]);
  useEffect(() => () => reading.current?.abort(), []);

  const calls = endedOf(mergeCalls(read, [...live.values()])).filter((call) => matchesHistory(call, filter, nowMs));
  const more = cursor === undefined ? undefined : (): void => void readOn(cursor, read);
  return { calls, more, isReading, problem };
}
