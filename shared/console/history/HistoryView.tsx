import { useState } from 'preact/hooks';
import { useConsole, useNow } from '../app/context';
import type { CallItem } from '../api/answers';
import { groupBy } from '../groupBy';
import { mergeCalls, startedAtOf } from '../calls/mergeCalls';
import { useTitle } from '../shell/useTitle';
import { isSameDay, number, onDay } from '../ui/times';
import { Filters } from './Filters';
import { HistoryRow } from './HistoryRow';
import { initialFilter, periodWords } from './historyFilter';
import { missedOf } from './missedCalls';
import { useHistory } from './useHistory';

interface Group {
  readonly title: string;
  readonly calls: readonly CallItem[];
}

/** Calls that are over: those that were missed and nobody has called back first, then day by day. */
export function HistoryView() {
  useTitle('History');
  const nowMs = useNow();
  const [filter, setFilter] = useState(initialFilter);
  const known = useConsole((state) => state.calls);
  const { calls, more, isReading, problem } = useHistory(filter, nowMs);
  const all = mergeCalls(known, calls);
  const waiting = new Set(missedOf(all, nowMs).map(({ invitationId }) => invitationId));
  const groups: readonly Group[] = [
    { title: 'Missed, nobody has called back', calls: calls.filter(({ invitationId }) => waiting.has(invitationId)) },
    ...byDay(
      calls.filter(({ invitationId }) => !waiting.has(invitationId)),
      nowMs,
    ),
  ].filter((group) => group.calls.length > 0);
  return (
    <section class="panel history" aria-labelledby="history">
      <h1 id="history" class="hidden">
        History
      </h1>
      <Filters filter={filter} missed={waiting.size} onChange={setFilter} />
      {problem !== undefined && (
        <p class="notice bad" role="alert">
          The list cannot be read: {problem}
        </p>
      )}
      <table>
        <Head />
        {groups.map(({ title, calls: members }) => (
          <tbody key={title}>
            <tr class="group">
              <th scope="rowgroup" colSpan={5}>
                {title}
              </th>
            </tr>
            {members.map((call) => (
              <HistoryRow key={call.invitationId} call={call} isWaiting={waiting.has(call.invitationId)} />
            ))}
          </tbody>
        ))}
      </table>
      <p class="foot" aria-live="polite">
        {isReading && calls.length === 0
          ? 'Reading …'
          : `${number(calls.length)} ${calls.length === 1 ? 'call' : 'calls'}, ${periodWords(filter.hours)}. `}
        {more !== undefined && (
          <button type="button" class="link" onClick={more}>
            Show more
          </button>
        )}
      </p>
    </section>
  );
}

function Head() {
  return (
    <thead>
      <tr>
        <th scope="col">Caller</th>
        <th scope="col">When</th>
        <th scope="col">For</th>
        <th scope="col">Outcome</th>
        <th scope="col">
          <span class="hidden">What can be done</span>
        </th>
      </tr>
    </thead>
  );
}

function byDay(calls: readonly CallItem[], nowMs: number): readonly Group[] {
  const days = groupBy(calls, (call) => new Date(startedAtOf(call)).toDateString());
  return [...days.values()].map((members) => {
    const dayMs = startedAtOf(members[0] as CallItem);
    return { title: isSameDay(dayMs, nowMs) ? `Today, ${onDay(dayMs)}` : onDay(dayMs), calls: members };
  });
}
