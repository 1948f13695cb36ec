import type { ErrorCode } from '../../errors/errorTable';
import type { RelayError } from '../../errors/relayError';

/**
 * What the event channel does about an error:
 * - `stop`: a person must act, or another owner has the channel
 * - `repeat`: the same address again, after a wait
 * - `signInAfresh`: the pool may have moved: discover, sign in, find the application; then the same address
 * - `newAddress`: this address is gone for good: the same, and the channel's address anew
 * - `newApplication`: the application is lost: make it again
 */
export type RecoveryAction = 'stop' | 'repeat' | 'signInAfresh' | 'newAddress' | 'newApplication';

/** Trouble that lasts this many tries in a row may mean that the pool has moved. */
const MOVED_AFTER = 3;

const actions: Partial<Record<ErrorCode, RecoveryAction>> = {
  credentialsRejected: 'stop',
  noUsableGrant: 'stop',
  hostNotAllowed: 'stop',
  accountRefused: 'stop',
  accountMoved: 'stop',
  settingsInvalid: 'stop',
  internal: 'stop',
  pollReplaced: 'stop',
  applicationGone: 'newApplication',
  channelGone: 'newAddress',
  poolMoved: 'signInAfresh',
};

/**
 * By the error's code, else by its status (UCWA 2.0, "Event channel details"). `failures` counts the tries in a row that failed,
 * this one included. Pure.
 */
export function recoveryActionFor({ code, extensions: { status } }: RelayError, failures: number): RecoveryAction {
  const known = actions[code];
  if (known !== undefined) return known;
  if (code === 'upstreamRefused' && status === 403) return 'signInAfresh';
  // A pool that answers 429 or 503 is there, and the last thing it needs is another sign-in.
  const mayHaveMoved = code === 'upstreamRefused' || code === 'ticketExpired' || status === undefined;
  return mayHaveMoved && failures % MOVED_AFTER === 0 ? 'signInAfresh' : 'repeat';
}
