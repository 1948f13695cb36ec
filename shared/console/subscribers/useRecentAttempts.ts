import { useEffect, useState } from 'preact/hooks';
import { useConsole, useShared } from '../app/context';
import type { Timeline } from '../api/answers';
import { startedAtOf } from '../calls/mergeCalls';
import { recentAttempts, type RecentAttempt } from './recentAttempts';

/** The last calls tell how every subscriber fares; two or three events of each make the bars. */
const CALLS = 8;

/**
 * How the last events were delivered, by subscription id, from the timelines of the last calls: read when the view opens, and when
 * a call begins or ends.
 */
export function useRecentAttempts(): ReadonlyMap<string, readonly RecentAttempt[]> {
  const { console } = useShared();
  const [timelines, setTimelines] = useState<readonly Timeline[]>([]);
  const calls = useConsole((state) => state.calls);
  const newest = [...calls.values()]
    .sort((one, other) => startedAtOf(other) - startedAtOf(one))
    .slice(0, CALLS)
    .map(({ invitationId, state }) => `${invitationId} ${state}`)
    .join('\n');
  useEffect(() => {
    if (newest === '') return;
    const ids = newest.split('\n').map((entry) => entry.replace(/ .*$/, ''));
    const read = ids.map((id) => console.api.get<Timeline>(`/invitations/${encodeURIComponent(id)}/timeline`));
    void Promise.allSettled(read).then((results) =>
      setTimelines(results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))),
    );
  }, [newest, console]);
  return recentAttempts(timelines);
}
