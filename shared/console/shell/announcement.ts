import { calledName, callerName, importanceText } from '../calls/callTexts';
import { ringingOf, type Calls } from '../calls/mergeCalls';
import type { ConsoleState } from '../app/state';

type ConnectionState = ConsoleState['connection']['state'];

export interface Announced {
  /** Calls that have been announced. */
  readonly ids: ReadonlySet<string>;
  readonly connection: ConnectionState;
}

export interface AnnouncementInput {
  readonly calls: Calls;
  readonly settled: ConsoleState['settled'];
  readonly connection: ConnectionState;
  readonly nowMs: number;
}

/** What is new since the last announcement, in sentences; empty where nothing is. Pure. */
export function announcement(
  { calls, settled, connection, nowMs }: AnnouncementInput,
  before: Announced,
): { readonly words: string; readonly said: { ids: Set<string>; connection: ConnectionState } } {
  const ringing = ringingOf(calls, nowMs).filter(({ invitationId }) => !settled.has(invitationId));
  const fresh = ringing.filter(({ invitationId }) => !before.ids.has(invitationId));
  const [only] = fresh;
  const callWords =
    fresh.length > 1
      ? `${String(fresh.length)} more calls ring. ${String(ringing.length)} ring now.`
      : only === undefined
        ? ''
        : `${importanceText(only) ?? 'A'} call from ${callerName(only)} for ${calledName(only)}.`;
  const liveWords =
    connection === before.connection
      ? ''
      : connection === 'notLive'
        ? 'The page is not live.'
        : connection === 'live' && before.connection === 'notLive'
          ? 'The page is live again.'
          : '';
  return {
    words: [callWords, liveWords].filter(Boolean).join(' '),
    said: { ids: new Set(ringing.map(({ invitationId }) => invitationId)), connection },
  };
}
