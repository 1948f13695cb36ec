import { useEffect, useRef } from 'preact/hooks';
import { useConsole, usePreferences, useShared } from '../app/context';
import type { CallItem } from '../api/answers';
import { calledName, callerName, importanceText } from '../calls/callTexts';
import { ringingOf } from '../calls/mergeCalls';
import { playRing } from './playRing';

/** For each call that begins to ring: a sound, and a notification where the page is hidden, if the person has allowed both. */
export function useRingSound(): void {
  const { console } = useShared();
  const { sound } = usePreferences();
  const calls = useConsole((state) => state.calls);
  const heard = useRef(new Map<string, Notification | undefined>());
  useEffect(() => {
    const ringing = ringingOf(calls, console.now());
    const fresh = ringing.filter(({ invitationId }) => !heard.current.has(invitationId));
    if (sound && fresh.length > 0) playRing(fresh.some((call) => importanceText(call) !== undefined));
    const next = new Map<string, Notification | undefined>();
    for (const call of ringing) {
      const { invitationId } = call;
      const isFresh = fresh.includes(call);
      next.set(invitationId, isFresh && sound ? notification(call) : heard.current.get(invitationId));
    }
    for (const [id, shown] of heard.current) if (!next.has(id)) shown?.close();
    heard.current = next;
  }, [calls, sound, console]);
}

function notification(call: CallItem): Notification | undefined {
  if (!document.hidden || !('Notification' in globalThis) || Notification.permission !== 'granted') return undefined;
  try {
    const title = `${importanceText(call) ?? 'Call'}: ${callerName(call)}`;
    const shown = new Notification(title, { body: `for ${calledName(call)}`, tag: call.invitationId });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
    return shown;
  } catch {
    // Some browsers show notifications from service workers only.
    return undefined;
  }
}
