import { useEffect, useRef, useState } from 'preact/hooks';
import { useConsole, useShared } from '../app/context';
import type { CallDetail, Timeline } from '../api/answers';
import { errorText, type Api } from '../api/createApi';

export interface KnownCall {
  readonly detail: CallDetail;
  readonly timeline: Timeline;
}

/** While an event is being delivered, its subscribers' results come without news of their own. */
const AGAIN_MS = 3000;
const MOST_PAGES = 20;

/** One call and its timeline, read again when something is heard of it. */
export function useCall(invitationId: string): {
  readonly call: KnownCall | undefined;
  readonly problem: string | undefined;
} {
  const { console } = useShared();
  const [call, setCall] = useState<KnownCall | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const changed = useConsole((state) => (state.changed.what === invitationId ? state.changed.count : 0));
  const isWaiting = call !== undefined && mayGoOn(call);
  const [again, setAgain] = useState(0);
  const asked = useRef(0);
  useEffect(() => {
    const mine = (asked.current += 1);
    Promise.all([
      console.api.get<CallDetail>(`/invitations/${encodeURIComponent(invitationId)}`),
      readTimeline(console.api, invitationId),
    ]).then(
      ([detail, timeline]) => {
        if (mine !== asked.current) return;
        setCall({ detail, timeline });
        setProblem(undefined);
      },
      (error: unknown) => setProblem(errorText(error)),
    );
  }, [invitationId, changed, again, console]);
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setInterval(() => setAgain((count) => count + 1), AGAIN_MS);
    return () => clearInterval(timer);
  }, [isWaiting]);
  return { call, problem };
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

/** Whether something is still to come that the stream does not tell of. */
function mayGoOn({ detail, timeline }: KnownCall): boolean {
  const open = (outcome: string): boolean => outcome === 'pending' || outcome === 'retrying';
  return (
    detail.state === 'active' ||
    timeline.events.some(({ subscribers }) => subscribers.some(({ outcome }) => open(outcome)))
  );
}
