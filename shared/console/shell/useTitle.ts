import { useEffect } from 'preact/hooks';
import { useConsole, useShared } from '../app/context';
import { ringingOf } from '../calls/mergeCalls';

/** What the browser's tab says: how many calls ring, and the view. */
export function useTitle(view: string): void {
  const { console } = useShared();
  const ringing = useConsole(
    ({ calls, settled }) =>
      ringingOf(calls, console.now()).filter(({ invitationId }) => !settled.has(invitationId)).length,
  );
  useEffect(() => {
    document.title = `${ringing > 0 ? `(${String(ringing)}) ` : ''}${view} – ucwa-relay`;
  }, [ringing, view]);
}
