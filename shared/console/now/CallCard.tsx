import type { CallItem } from '../api/answers';
import { useConsole, useRole } from '../app/context';
import { callHref } from '../app/route';
import { ringActions, type RingAction } from '../calls/actions';
import { calledName, callerDetails, callerName, importanceText, routeTexts, subjectText } from '../calls/callTexts';
import { startedAtOf } from '../calls/mergeCalls';
import { Badge } from '../ui/Badge';
import { Text } from '../ui/Text';
import { number } from '../ui/times';
import { GoneBadge } from './GoneBadge';

export interface CallCardProps {
  readonly call: CallItem;
  readonly isGone: boolean;
  readonly isSelected: boolean;
  /** One of many: a row instead of a card. */
  readonly isRow: boolean;
  readonly nowMs: number;
  readonly onSelect: () => void;
  readonly onAct: (action: RingAction) => void;
  /** Which command waits to be asked for once more. */
  readonly isArmed: (action: RingAction) => boolean;
}

/** From here on it is red: there is hardly time to walk to a phone. */
const LITTLE_MS = 8000;

/** A call that rings: who, for whom, how long still, and what can be done. One that is gone says what became of it. */
export function CallCard(props: CallCardProps) {
  const { call, isGone, isSelected, isRow, nowMs, onSelect } = props;
  const leftMs = leftOf(call, nowMs);
  const isUrgent = importanceText(call) !== undefined;
  const classes = [
    'call',
    isRow ? 'row' : 'card',
    isGone && 'gone',
    isSelected && !isGone && 'selected',
    (isUrgent || (leftMs !== undefined && leftMs <= LITTLE_MS)) && 'pressing',
  ];
  return (
    <li
      class={classes.filter(Boolean).join(' ')}
      data-invitation={call.invitationId}
      onPointerDown={onSelect}
      aria-current={isSelected && !isGone ? 'true' : undefined}
    >
      <h2 class="who">
        <a href={callHref(call.invitationId)}>
          <Text>{callerName(call)}</Text>
        </a>
      </h2>
      {isRow && !isGone ? <RowFacts call={call} /> : <Details call={call} isGone={isGone} />}
      {isGone ? <GoneBadge call={call} /> : <Ringing {...props} leftMs={leftMs} />}
    </li>
  );
}

function Ringing(props: CallCardProps & { readonly leftMs: number | undefined }) {
  const { call, isRow, nowMs, leftMs } = props;
  const importance = importanceText(call);
  const subject = subjectText(call);
  return (
    <>
      <Left call={call} nowMs={nowMs} leftMs={leftMs} isRow={isRow} />
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

function Left({ call, nowMs, leftMs, isRow }: Pick<CallCardProps, 'call' | 'nowMs' | 'isRow'> & LeftProps) {
  const startedAtMs = startedAtOf(call);
  const wholeMs = call.expiresAt === undefined ? 0 : Date.parse(call.expiresAt) - startedAtMs;
  const share = leftMs === undefined || wholeMs <= 0 ? 0 : Math.min(1, leftMs / wholeMs);
  const isLittle = leftMs !== undefined && leftMs <= LITTLE_MS;
  return (
    <>
      <p class={isLittle ? 'left little' : 'left'}>
        {leftMs !== undefined && (
          <span>
            <b>{number(Math.ceil(leftMs / 1000))}</b> {isRow ? 's' : 's left'}
          </span>
        )}
        {startedAtMs > 0 && <small>waits {number(Math.max(0, Math.floor((nowMs - startedAtMs) / 1000)))} s</small>}
      </p>
      <div class={isLittle ? 'bar little' : 'bar'} aria-hidden="true">
        <div style={{ transform: `scaleX(${share.toFixed(3)})` }} />
      </div>
    </>
  );
}

interface LeftProps {
  readonly leftMs: number | undefined;
}

function Actions({ call, isRow, isSelected, onAct, isArmed }: CallCardProps) {
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
            onClick={() => onAct(action)}
          >
            {isSending ? 'Sending …' : isArmed(action) ? `Once more: ${action.shortLabel}` : <Text>{label}</Text>}
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

function leftOf({ expiresAt }: CallItem, nowMs: number): number | undefined {
  return expiresAt === undefined ? undefined : Math.max(0, Date.parse(expiresAt) - nowMs);
}
