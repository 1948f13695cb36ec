import type { CallItem } from '../api/answers';
import { callBackTarget } from '../calls/callTexts';
import { endedOf, startedAtOf, type Calls } from '../calls/mergeCalls';

/** A missed call that is older is history. */
const WITHIN_MS = 24 * 3_600_000;

/** Missed calls of the last 24 hours that nobody has called back since, the newest first. Pure. */
export function missedOf(calls: Calls, nowMs: number): readonly CallItem[] {
  const all = [...calls.values()];
  return endedOf(calls).filter(
    (call) =>
      call.invitation.outcome?.result === 'missed' &&
      nowMs - startedAtOf(call) < WITHIN_MS &&
      !all.some((later) => startedAtOf(later) > startedAtOf(call) && reaches(later, callBackTarget(call))),
  );
}

/** Whether a call brought the two together: one to that party, or one of theirs that was answered. */
function reaches(call: CallItem, party: string | undefined): boolean {
  if (party === undefined) return false;
  const { direction, to, outcome } = call.invitation;
  if (direction === 'outgoing') return to?.phoneNumber === party || to?.uri === party || to?.uri === `tel:${party}`;
  return outcome?.answered === true && callBackTarget(call) === party;
}
