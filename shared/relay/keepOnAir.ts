import { toRelayError } from '../errors/relayError';
import type { ReadOptions, UcwaSession } from '../ucwa/session';
import type { Ramp } from './ramp';
import { relayAccount, type RelayPorts } from './relayAccount';

/** After an error that ends a channel and names no better moment: rejected credentials, another owner's poll. */
const RETRY_MS = 60_000;

/**
 * Relays one account until `signal` aborts. What ends its channel (a rejected password, another owner) is logged once per
 * change and tried again later; it never reaches the other accounts. Never rejects.
 * @param isHandedOver whether another poller owns the account's slot now: its poll then ends this channel, which is no trouble.
 */
export async function keepOnAir(
  session: UcwaSession,
  options: ReadOptions,
  ramp: Ramp,
  ports: RelayPorts,
  signal: AbortSignal,
  isHandedOver: () => boolean = () => false,
): Promise<void> {
  // Who has signed in during an earlier run goes on at once: ten thousand would be off the air for minutes.
  if (session.health().tokenExpiresAtMs === undefined) await ramp(() => session.application(signal), signal);
  let lastCode: string | undefined;
  while (!signal.aborted) {
    try {
      await relayAccount(session, ports, signal, options);
      lastCode = undefined;
    } catch (error) {
      if (isAborted(signal)) return;
      const known = toRelayError(error);
      if (known.code === 'pollReplaced' && isHandedOver()) return;
      const level = known.code === lastCode ? 'debug' : 'error';
      ports.log[level]('accountOffAir', { account: session.account.sipUri, error: known.code, message: known.message });
      lastCode = known.code;
      await ports.clock.sleep(Math.min(known.retryAfterMs ?? RETRY_MS, RETRY_MS), signal);
    }
  }
}

/** Asked through a function: the compiler takes a signal that was not aborted to stay so. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
