import type { CallItem } from '../api/answers';
import { startedAtOf } from '../calls/mergeCalls';
import { number } from '../ui/times';

export interface TimeLeftProps {
  readonly call: CallItem;
  /** When the server's second began. */
  readonly secondMs: number;
  readonly isRow: boolean;
}

/** How long a call still rings, as a number and as a bar, and how long it has waited. */
export function TimeLeft({ call, secondMs, isRow }: TimeLeftProps) {
  const startedAtMs = startedAtOf(call);
  const leftMs = leftOf(call, secondMs);
  const wholeMs = call.expiresAt === undefined ? 0 : Date.parse(call.expiresAt) - startedAtMs;
  const share = leftMs === undefined || wholeMs <= 0 ? 0 : Math.min(1, leftMs / wholeMs);
  const little = isLittle(leftMs) ? ' little' : '';
  return (
    <>
      <p class={`left${little}`}>
        {leftMs !== undefined && (
          <span>
            <b>{number(Math.floor(leftMs / 1000))}</b> {isRow ? 's' : 's left'}
          </span>
        )}
        {startedAtMs > 0 && <small>waits {number(Math.max(0, Math.floor((secondMs - startedAtMs) / 1000)))} s</small>}
      </p>
      <div class={`bar${little}`} aria-hidden="true">
        <div style={{ transform: `scaleX(${share.toFixed(3)})` }} />
      </div>
    </>
  );
}

/** From here on it is red: there is hardly time to walk to a phone. */
const LITTLE_MS = 8000;

/** Pure. */
export function isLittle(leftMs: number | undefined): boolean {
  return leftMs !== undefined && leftMs <= LITTLE_MS;
}

/** Milliseconds until the call has rung out; undefined where that is not known. Pure. */
export function leftOf({ expiresAt }: CallItem, secondMs: number): number | undefined {
  return expiresAt === undefined ? undefined : Math.max(0, Date.parse(expiresAt) - secondMs);
}
