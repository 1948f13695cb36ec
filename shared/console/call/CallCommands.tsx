import { useState } from 'preact/hooks';
import { useConsole, useNow, useRole, useShared } from '../app/context';
import { randomKey, sendCommand } from '../app/sendCommand';
import type { CallDetail } from '../api/answers';
import { errorText } from '../api/createApi';
import { ringActions } from '../calls/actions';
import { isRinging } from '../calls/mergeCalls';
import { CallBack } from '../history/CallBack';
import { GoneBadge } from '../now/GoneBadge';
import { Text } from '../ui/Text';

const words: Readonly<Record<string, string>> = {
  cancel: 'Cancel the call',
  hangup: 'Hang up',
  hold: 'Hold',
  resume: 'Resume',
};

/** What can be done about a call now: while it rings, while it is talked, and afterwards. Only what Skype for Business offers. */
export function CallCommands({ detail }: { readonly detail: CallDetail }) {
  const nowMs = useNow();
  const mayCommand = useRole('Invitations.Command');
  if (!mayCommand) return null;
  if (isRinging(detail, nowMs)) return <RingCommands detail={detail} />;
  const open = openCommands(detail);
  const isMissed = detail.invitation.outcome?.result === 'missed';
  if (open.length === 0 && !isMissed) return null;
  return (
    <div class="commands actions">
      {open.map((command) => (
        <CommandButton key={command} command={command} invitationId={detail.invitationId} />
      ))}
      {isMissed && <CallBack call={detail} />}
    </div>
  );
}

function RingCommands({ detail }: { readonly detail: CallDetail }) {
  const { console } = useShared();
  const settled = useConsole((state) => state.settled.get(detail.invitationId));
  const sending = useConsole((state) => state.sending.get(detail.invitationId));
  if (settled !== undefined)
    return (
      <div class="commands">
        <GoneBadge call={detail} />
      </div>
    );
  return (
    <div class="commands actions">
      {ringActions(detail).map((action) => (
        <button
          key={action.command}
          type="button"
          class={action.command === 'accept' ? 'filled' : 'danger'}
          aria-disabled={sending?.state === 'sending' || undefined}
          onClick={() => void sendCommand(console, detail, action)}
        >
          <Text>{action.label}</Text>
        </button>
      ))}
      {sending?.state === 'failed' && (
        <p class="problem" role="alert">
          {sending.why}
        </p>
      )}
    </div>
  );
}

function CommandButton({ command, invitationId }: { readonly command: string; readonly invitationId: string }) {
  const { console } = useShared();
  const [isBusy, setBusy] = useState(false);
  const send = async (): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    try {
      const path = `/invitations/${encodeURIComponent(invitationId)}/${command}`;
      await console.api.send('POST', path, {}, { 'idempotency-key': randomKey() });
      console.notify({ tone: 'ok', text: `${words[command] ?? command}: sent.` });
    } catch (error) {
      console.notify({ tone: 'bad', text: errorText(error) });
    }
    setBusy(false);
  };
  return (
    <button
      type="button"
      class={command === 'hangup' || command === 'cancel' ? 'danger' : ''}
      aria-disabled={isBusy || undefined}
      onClick={() => void send()}
    >
      {words[command]}
    </button>
  );
}

/** Of a call that the account makes, and of one that is talked. */
function openCommands({ state, invitation, call }: CallDetail): readonly string[] {
  const ofInvitation = state === 'active' ? invitation.actions : [];
  const ofCall = call?.ended === undefined ? (call?.connected?.actions ?? []) : [];
  return [...ofInvitation, ...ofCall].filter((action) => action in words);
}
