import type { Account } from '../api/answers';
import type { Tone } from '../calls/outcomeTexts';
import { since } from '../ui/times';

export interface AccountState {
  readonly tone: Tone;
  readonly sign: string;
  readonly words: string;
}

const words: Readonly<Record<string, string>> = {
  signedOut: 'Waits to sign in',
  signingIn: 'Signing in',
  backingOff: 'Tries again',
  credentialsRejected: 'Password rejected',
  cannotSignIn: 'Cannot sign in',
  refused: 'Refused',
  replaced: 'Another relay polls it',
  noInvitations: 'Gets no invitations',
  notPublishing: 'Cannot publish',
  notReported: 'Nobody polls it',
  disabled: 'Switched off',
};

/** How an account is, in words. Pure. */
export function accountState(account: Account, nowMs: number): AccountState {
  const { state, status, connectedSince, disconnectedSince } = account;
  const from = (time: string | undefined): string => (time === undefined ? '' : ` since ${since(time, nowMs)}`);
  if (state === 'connected' && status === 'pass')
    return { tone: 'ok', sign: '✓', words: `Listening${from(connectedSince)}` };
  const known = `${words[state] ?? state}${from(disconnectedSince)}`;
  if (state === 'disabled') return { tone: 'soft', sign: '–', words: known };
  return status === 'fail' ? { tone: 'bad', sign: '!', words: known } : { tone: 'warn', sign: '!', words: known };
}

/** The relay's own sentences name times in UTC. */
const ISO_TIMES = /\d{4}-\d\d-\d\dT\d\d:\d\d(:[\d.]+)?Z/g;

/** What is wrong and what to do, as sentences; empty where all is well. Pure. */
export function accountReason({ status, state, lastError, whatToDo, nextTry, source }: Account, nowMs: number): string {
  if (status === 'pass') return '';
  const why = lastError?.replace(ISO_TIMES, (time) => since(time, nowMs));
  const again = nextTry === undefined || why !== lastError ? '' : `It is tried again at ${since(nextTry, nowMs)}.`;
  // The API's own words name the request that a button here sends; or the error has said it already.
  const corrected = source === 'table' ? 'Set the right password.' : '';
  const advice = state === 'credentialsRejected' && why !== undefined ? corrected : (whatToDo ?? '');
  return [why, again, advice].filter(Boolean).join(' ');
}
