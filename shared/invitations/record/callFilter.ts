import type { InvitationHead } from '../invitationHead';
import type { outcomeResults } from '../invitationData';

/** Which calls are meant; what is absent excludes none. */
export interface CallFilter {
  /** A part of the caller's name, address or number; case and what stands between digits do not matter. */
  readonly caller?: string;
  /** It began at this moment or later (milliseconds since the epoch). */
  readonly sinceMs?: number;
  /** It began before this moment (milliseconds since the epoch). */
  readonly untilMs?: number;
  readonly outcome?: (typeof outcomeResults)[number];
}

/** Whether a call is one of those. Pure. */
export function matchesCall(
  { startedAtMs, data }: Pick<InvitationHead, 'startedAtMs' | 'data'>,
  { caller, sinceMs = -Infinity, untilMs = Infinity, outcome }: CallFilter,
): boolean {
  return (
    startedAtMs >= sinceMs &&
    startedAtMs < untilMs &&
    (outcome === undefined || data.outcome?.result === outcome) &&
    (caller === undefined || isCalledBy(data.from ?? {}, caller))
  );
}

type Caller = NonNullable<InvitationHead['data']['from']>;

function isCalledBy({ name, uri, phoneNumber }: Caller, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if ([name, uri].some((known) => known?.toLowerCase().includes(wanted) === true)) return true;
  if (!/^[+\d\s()./-]+$/.test(wanted)) return false;
  const digits = wanted.replace(/\D/g, '');
  return digits !== '' && [phoneNumber, uri].some((known) => known?.replace(/[^\d]/g, '').includes(digits) === true);
}
