import type { CallItem } from '../api/answers';
import { startedAtOf } from '../calls/mergeCalls';

/** What *History* shows. */
export interface HistoryFilter {
  /** A part of the caller's name, address or number. */
  readonly caller: string;
  readonly outcome: '' | 'missed' | 'answered' | 'declined';
  /** SIP URI; empty: every account. */
  readonly account: string;
  readonly hours: number;
}

export const initialFilter: HistoryFilter = { caller: '', outcome: '', account: '', hours: 24 };

/** Periods to choose from, in hours. */
export const periods: readonly (readonly [hours: number, words: string])[] = [
  [24, 'Last 24 hours'],
  [24 * 7, 'Last 7 days'],
  [24 * 30, 'Last 30 days'],
];

export const periodWords = (hours: number): string =>
  (periods.find(([each]) => each === hours)?.[1] ?? 'All').toLowerCase();

/** As parameters of `GET /invitations`. Pure. */
export function toQuery({ caller, outcome, account, hours }: HistoryFilter, nowMs: number): URLSearchParams {
  return new URLSearchParams({
    limit: '100',
    since: new Date(nowMs - hours * 3_600_000).toISOString(),
    ...(caller.trim() !== '' && { caller: caller.trim() }),
    // Answered by whomever: the relay's list takes one outcome, so that the other is left out here.
    ...(outcome !== '' && outcome !== 'answered' && { outcome }),
    ...(account !== '' && { account }),
  });
}

/** The same filter for a call that is known already. Pure. */
export function matchesHistory(
  call: CallItem,
  { caller, outcome, account, hours }: HistoryFilter,
  nowMs: number,
): boolean {
  return (
    startedAtOf(call) >= nowMs - hours * 3_600_000 &&
    (account === '' || call.account.toLowerCase() === account.toLowerCase()) &&
    (outcome === '' || isOutcome(call, outcome)) &&
    isCalledBy(call, caller.trim().toLowerCase())
  );
}

function isOutcome({ invitation: { outcome } }: CallItem, wanted: string): boolean {
  return outcome?.result === wanted || (wanted === 'answered' && outcome?.result === 'answeredElsewhere');
}

function isCalledBy({ invitation: { from } }: CallItem, text: string): boolean {
  if (text === '') return true;
  if ([from?.name, from?.uri].some((known) => known?.toLowerCase().includes(text) === true)) return true;
  const digits = /^[+\d\s()./-]+$/.test(text) ? text.replace(/\D/g, '') : '';
  return (
    digits !== '' && [from?.phoneNumber, from?.uri].some((known) => known?.replace(/\D/g, '').includes(digits) === true)
  );
}
