import { useEffect, useRef, useState } from 'preact/hooks';
import { useConsole, useShared } from '../app/context';
import type { CallDetail, Timeline } from '../api/answers';
import { errorText, type Api } from '../api/createApi';
import { readAgainAfterMs } from './readAgainAfterMs';

export interface KnownCall {
  readonly detail: CallDetail;
  readonly timeline: Timeline;
}

const MOST_PAGES = 20;

/** One call and its timeline, read again when something is heard of it. */
export function useCall(invitationId: string): {
  readonly call: KnownCall | undefined;
  readonly problem: string | undefined;
} {
  const { console } = useShared();
  const [answer, setAnswer] = useState<{ readonly call?: KnownCall; readonly problem?: string }>({});
  const changed = useConsole((state) => (state.changed.what === invitationId ? state.changed.count : 0));
  const [again, setAgain] = useState(0);
  const asked = useRef(0);
  useEffect(() => {
    const mine = (asked.current += 1);
    Promise.all([
      console.api.get<CallDetail>(`/invitations/${encodeURIComponent(invitationId)}`),
      readTimeline(console.api, invitationId),
    ]).then(
      ([detail, timeline]) => {
        if (mine === asked.current) setAnswer({ call: { detail, timeline } });
      },
      (error: unknown) => {
        if (mine === asked.current) setAnswer(({ call }) => ({ ...(call && { call }), problem: errorText(error) }));
      },
    );
  }, [invitationId, changed, again, console]);
  useEffect(() => {
    // After the answer: one that is slow is not overtaken by the next question.
    const afterMs = answer.call === undefined ? undefined : readAgainAfterMs(answer.call, console.now());
    if (afterMs === undefined) return undefined;
    const timer = setTimeout(() => setAgain((count) => count + 1), afterMs);
    return () => clearTimeout(timer);
  }, [answer, console]);
  return { call: answer.call, problem: answer.problem };
}

async function readTimeline(api: Api, invitationId: string): Promise<Timeline> {
  const path = `/invitations/${encodeURIComponent(invitationId)}/timeline`;
  let all = await api.get<Timeline>(path);
  for (let page = 1; all.cursor !== undefined && page < MOST_PAGES; page += 1) {
    const { cursor: _cursor, ...before } = all;
    const next = await api.get<Timeline>(`${path}?cursor=${encodeURIComponent(all.cursor)}`);
    all = {
      ...before,
      events: [...before.events, ...next.events],
      commands: [...before.commands, ...next.commands],
      gaps: [...before.gaps, ...next.gaps],
      ...(next.cursor !== undefined && { cursor: next.cursor }),
    };
  }
  return all;
}
