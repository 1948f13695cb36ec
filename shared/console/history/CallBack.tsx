import { useState } from 'preact/hooks';
import { useRole, useShared } from '../app/context';
import { randomKey } from '../app/sendCommand';
import type { CallItem } from '../api/answers';
import { errorText } from '../api/createApi';
import { calledName, callBackTarget, callerName } from '../calls/callTexts';

/** Calls the caller back from the account that was called: the phone of that rings first. Nothing where the caller has no address. */
export function CallBack({ call }: { readonly call: CallItem }) {
  const { console } = useShared();
  const mayCommand = useRole('Invitations.Command');
  const [isSending, setSending] = useState(false);
  const to = callBackTarget(call);
  if (to === undefined || !mayCommand) return null;
  const callBack = async (): Promise<void> => {
    if (isSending) return;
    setSending(true);
    try {
      await console.api.send('POST', '/invitations', { account: call.account, to }, { 'idempotency-key': randomKey() });
      console.notify({ tone: 'ok', text: `Calling ${callerName(call)}: ${calledName(call)}’s phone rings first.` });
    } catch (error) {
      console.notify({ tone: 'bad', text: errorText(error) });
    }
    setSending(false);
  };
  return (
    <button type="button" class="small" aria-disabled={isSending || undefined} onClick={() => void callBack()}>
      {isSending ? 'Calling …' : 'Call back'}
      <span class="hidden"> {callerName(call)}</span>
    </button>
  );
}
