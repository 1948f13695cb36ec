import { useEffect, useState } from 'preact/hooks';
import { useConsole, useShared } from '../app/context';
import { sendCommand } from '../app/sendCommand';
import { ringActions, type RingAction } from '../calls/actions';
import type { CallItem } from '../api/answers';
import { useTitle } from '../shell/useTitle';
import { CallCard } from './CallCard';
import { JustEnded } from './JustEnded';
import { KeysHint } from './KeysHint';
import { NothingRings } from './NothingRings';
import type { NowKey } from './nowKeys';
import { armedName, useArmed } from './useArmed';
import { useHold } from './useHold';
import { useNewest } from './useNewest';
import { useNowKeys } from './useNowKeys';
import { useShownCalls, type CallOnScreen } from './useShownCalls';

/** More than these become rows, so that all can be seen at once. */
const MOST_CARDS = 5;

/** Calls that ring, the one that has waited longest first, and what can be done about them. */
export function NowView() {
  useTitle('Now');
  const { console } = useShared();
  const { isHeld, handlers } = useHold();
  const { shown, nowMs } = useShownCalls(isHeld);
  const [wanted, setWanted] = useState<string | undefined>(undefined);
  const armed = useArmed();
  const isLive = useConsole(({ connection }) => connection.state !== 'notLive');
  const selected = (shown.find(({ call }) => call.invitationId === wanted) ?? shown.find(({ isGone }) => !isGone))
    ?.call;

  const act = (call: CallItem, action: RingAction, asksFirst: boolean): void => {
    if (asksFirst && !armed.confirm(armedName(call, action))) return;
    void sendCommand(console, call, action);
  };
  const select = useNewest((call: CallItem) => setWanted(call.invitationId));
  const actOn = useNewest((call: CallItem, action: RingAction) => act(call, action, !isLive));
  const press = (key: NowKey): void => {
    if (key === 'next' || key === 'previous')
      setWanted(neighbourOf(shown, selected?.invitationId, key === 'next' ? 1 : -1));
    else {
      const isRinging = shown.some(({ call, isGone }) => call === selected && !isGone);
      const action = selected && ringActions(selected).find(({ command }) => command === key);
      if (selected !== undefined && action !== undefined && isRinging)
        act(selected, action, key === 'decline' || !isLive);
    }
  };
  useNowKeys(press);
  useEffect(() => {
    if (wanted !== undefined)
      document.querySelector(`[data-invitation="${CSS.escape(wanted)}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [wanted]);

  if (shown.length === 0) return <NothingRings />;
  return (
    <div class="now">
      <section aria-label="Ringing">
        <h1 class="hidden">Ringing now</h1>
        <ul class="ringing" {...handlers}>
          {shown.map(({ call, isGone }) => (
            <CallCard
              key={call.invitationId}
              call={call}
              isGone={isGone}
              isSelected={call === selected}
              isRow={shown.length > MOST_CARDS}
              secondMs={Math.floor(nowMs / 1000) * 1000}
              onSelect={select}
              onAct={actOn}
              armed={armed.armed}
            />
          ))}
        </ul>
        <KeysHint />
      </section>
      <JustEnded />
    </div>
  );
}

/** The call above or below that rings; the same one at either end. */
function neighbourOf(shown: readonly CallOnScreen[], id: string | undefined, step: 1 | -1): string | undefined {
  const ringing = shown.filter(({ isGone, call }) => !isGone || call.invitationId === id);
  const index = ringing.findIndex(({ call }) => call.invitationId === id);
  return (ringing[index + step] ?? ringing[index])?.call.invitationId;
}
