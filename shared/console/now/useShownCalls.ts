import { useRef } from 'preact/hooks';
import { useConsole, useNow } from '../app/context';
import type { CallItem } from '../api/answers';
import { ringingOf } from '../calls/mergeCalls';
import { nextShownCalls, type ShownCall } from './shownCalls';

export interface CallOnScreen {
  readonly call: CallItem;
  readonly isGone: boolean;
}

/** The calls of *Now*, at this second. @param isHeld whether nothing may move. */
export function useShownCalls(isHeld: () => boolean): {
  readonly shown: readonly CallOnScreen[];
  readonly nowMs: number;
} {
  const nowMs = useNow();
  const calls = useConsole((state) => state.calls);
  const settled = useConsole((state) => state.settled);
  const before = useRef<readonly ShownCall[]>([]);
  const ringing = ringingOf(calls, nowMs)
    .map(({ invitationId }) => invitationId)
    .filter((id) => !settled.has(id));
  before.current = nextShownCalls(before.current, { ringing, nowMs, isHeld: isHeld() });
  const shown = before.current.flatMap(({ invitationId, goneAtMs }) => {
    const call = calls.get(invitationId);
    return call === undefined ? [] : [{ call, isGone: goneAtMs !== undefined }];
  });
  return { shown, nowMs };
}
