import { waitMs, type BackOff } from '../backOff';
import { causeOf } from '../errors/causeOf';
import { toRelayError } from '../errors/relayError';
import type { ReadOptions, UcwaSession } from '../ucwa/session';
import { relayAccount, type RelayPorts } from './relayAccount';

/** After an error that ends a channel and names no better moment, as a rejected password. */
const RETRY_MS = 60_000;
/** What a person must change is tried again after as long as the error says, at most this. */
const LONGEST_RETRY_MS = 900_000;
/**
 * Another poll has taken the channel though the slot is ours: a poller that stood still, or one that knows nothing of our
 * leases. Growing, lest the two replace each other without end; short, for nobody may be polling now.
 */
const REPLACED_MS = 2_000;
const replacedBackOff: BackOff = { baseMs: 2_000, capMs: 12_000 };
/** A channel that was polled for this long had worked. */
const SETTLED_MS = 60_000;

/**
 * Relays one account until `signal` aborts. What ends its channel (a rejected password, another owner) is logged once per
 * change and tried again later; it never reaches the other accounts. Never rejects.
 * @param waitToSignIn resolves when the account may sign in for the first time. Never rejects.
 * @param isHandedOver whether another poller owns the account's slot now: its poll then ends this channel, which is no trouble.
 */
export async function runAccount(
  session: UcwaSession,
  options: ReadOptions,
  waitToSignIn: (signal: AbortSignal) => Promise<void>,
  ports: RelayPorts,
  signal: AbortSignal,
  isHandedOver: () => boolean = () => false,
): Promise<void> {
  // An account that signed in during an earlier run is read again at once: ten thousand would be disconnected for minutes.
  if (session.health().tokenExpiresAtMs === undefined) await waitToSignIn(signal);
  let lastCode: string | undefined;
  let replaced = 0;
  while (!signal.aborted) {
    const startedAtMs = ports.clock.now();
    try {
      await relayAccount(session, ports, signal, options);
      lastCode = undefined;
    } catch (error) {
      if (isAborted(signal)) return;
      const known = toRelayError(error);
      if (known.code === 'pollReplaced' && isHandedOver()) return;
      // What has worked in between begins anew: the next trouble is news again.
      if ((session.health().lastPollAtMs ?? 0) > startedAtMs + SETTLED_MS) {
        lastCode = undefined;
        replaced = 0;
      }
      const level = known.code === lastCode ? 'debug' : 'error';
      ports.log[level]('accountDisconnected', {
        account: session.account.sipUri,
        error: known.code,
        message: known.message,
        cause: causeOf(known),
      });
      lastCode = known.code;
      replaced = known.code === 'pollReplaced' ? replaced + 1 : 0;
      const waitedMs =
        replaced > 0
          ? REPLACED_MS + waitMs(replacedBackOff, replaced, ports.random)
          : Math.min(known.retryAfterMs ?? RETRY_MS, known.code === 'accountRefused' ? LONGEST_RETRY_MS : RETRY_MS);
      await ports.clock.sleep(waitedMs, signal);
    }
  }
}

/** Asked through a function: the compiler takes a signal that was not aborted to stay so. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
