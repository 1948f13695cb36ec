import type { CallItem } from '../api/answers';
import { useConsole, useRole } from '../app/context';
import { callHref } from '../app/route';
import { ringActions, type RingAction } from '../calls/actions';
import { calledName, callerDetails, callerName, importanceText, routeTexts, subjectText } from '../calls/callTexts';
import { Badge } from '../ui/Badge';
import { memo } from '../ui/memo';
import { Text } from '../ui/Text';
import { GoneBadge } from './GoneBadge';
import { TimeLeft, isLittle, leftOf } from './TimeLeft';
import { armedName } from './useArmed';

export interface CallCardProps {
  readonly call: CallItem;
  readonly isGone: boolean;
  readonly isSelected: boolean;
  /** One of many: a row instead of a card. */
  readonly isRow: boolean;
  /** When the server's second began, in milliseconds since the epoch: what is drawn during it is the same. */
  readonly secondMs: number;
  readonly onSelect: (call: CallItem) => void;
  readonly onAct: (call: CallItem, action: RingAction) => void;
  /** Which command waits to be asked for once more. */
  readonly armed: string | undefined;
}

/** A call that rings: who, for whom, how long still, and what can be done. One that is gone says what became of it. */
export const CallCard = memo(function CallCard(props: CallCardProps) {
  const { call, isGone, isSelected, isRow, secondMs, onSelect } = props;
  const isUrgent = importanceText(call) !== undefined;
  const classes = [
    'call',
    isRow ? 'row' : 'card',
    isGone && 'gone',
    isSelected && !isGone && 'selected',
    (isUrgent || isLittle(leftOf(call, secondMs))) && 'pressing',
  ];
  return (
    <li
      class={classes.filter(Boolean).join(' ')}
      data-invitation={call.invitationId}
      onPointerDown={() => onSelect(call)}
      aria-current={isSelected && !isGone ? 'true' : undefined}
    >
      <h2 class="who">
        <a href={callHref(call.invitationId)}>
          <Text>{callerName(call)}</Text>
        </a>
      </h2>
      {isRow && !isGone ? <RowFacts call={call} /> : <Details call={call} isGone={isGone} />}
      {isGone ? <GoneBadge call={call} /> : <Ringing {...props} />}
    </li>
  );
});

function Ringing(props: CallCardProps) {
  const { call, isRow, secondMs } = props;
  const importance = importanceText(call);
  const subject = subjectText(call);
  return (
    <>
      <TimeLeft call={call} secondMs={secondMs} isRow={isRow} />
      {!isRow && (
        <p class="facts">
          {importance !== undefined && (
            <Badge tone="bad" sign="!">
              {importance}
            </Badge>
          )}
          <ForWhom call={call} />
          {routeTexts(call).map((route) => (
            <span key={route} class="way">
              <Text>{route}</Text>
            </span>
          ))}
        </p>
      )}
      {subject !== '' && !isRow && (
        <p class="subject">
          “<Text>{subject}</Text>”
        </p>
      )}
      <Actions {...props} />
    </>
  );
}

function Details({ call, isGone }: Pick<CallCardProps, 'call' | 'isGone'>) {
  return (
    <p class="details">
      {callerDetails(call).map((detail) => (
        <span key={detail}>
          <Text>{detail}</Text>
        </span>
      ))}
      {isGone && <ForWhom call={call} />}
    </p>
  );
}

/** What a row has room for. */
function RowFacts({ call }: Pick<CallCardProps, 'call'>) {
  const importance = importanceText(call);
  const [detail] = callerDetails(call);
  return (
    <p class="details">
      {importance !== undefined && (
        <Badge tone="bad" sign="!">
          {importance}
        </Badge>
      )}
      <ForWhom call={call} />
      {detail !== undefined && (
        <span>
          <Text>{detail}</Text>
        </span>
      )}
    </p>
  );
}

function ForWhom({ call }: { readonly call: CallItem }) {
  return (
    <span>
      for{' '}
      <b>
        <Text>{calledName(call)}</Text>
      </b>
    </span>
  );
}

function Actions({ call, isRow, isSelected, onAct, armed }: CallCardProps) {
  const sending = useConsole((state) => state.sending.get(call.invitationId));
  const mayCommand = useRole('Invitations.Command');
  const actions = mayCommand ? ringActions(call) : [];
  return (
    <div class="actions">
      {actions.map((action) => {
        const isSending = sending?.state === 'sending' && sending.command === action.command;
        const label = isRow ? action.shortLabel : action.label;
        return (
          <button
            key={action.command}
            type="button"
            class={action.command === 'accept' ? 'filled' : 'danger'}
            // Stays focusable: the focus would be lost with it otherwise.
            aria-disabled={sending?.state === 'sending' || undefined}
            onClick={() => onAct(call, action)}
          >
            {isSending ? (
              'Sending …'
            ) : armed === armedName(call, action) ? (
              `Once more: ${action.shortLabel}`
            ) : (
              <Text>{label}</Text>
            )}
            <span class="hidden">: {callerName(call)}</span>
            {isSelected && !isRow && <kbd aria-hidden="true">{action.command === 'accept' ? 'A' : 'D D'}</kbd>}
          </button>
        );
      })}
      {actions.length === 0 && <p class="soft">Nothing can be done with this call here.</p>}
      {sending?.state === 'failed' && (
        <p class="problem" role="alert">
          {sending.why}
        </p>
      )}
    </div>
  );
}
