import type { CallItem } from '../api/answers';
import { ApiError, errorText } from '../api/createApi';
import type { RingAction } from '../calls/actions';
import { whoText } from '../calls/whoText';
import type { Console } from './createConsole';
import type { ConsoleState, Sending, Settled } from './state';

/**
 * Takes or declines a call that rings. What comes of it stands in the state: `settled`, with the name of the first, or `sending` with
 * why it failed. Never rejects.
 */
export async function sendCommand(console: Console, call: CallItem, { command, body }: RingAction): Promise<void> {
  const { store, api } = console;
  const { invitationId } = call;
  if (store.get().sending.get(invitationId)?.state === 'sending') return;
  store.set(withSending(store.get(), invitationId, { state: 'sending', command }));
  const now = (): string => new Date(console.now()).toISOString();
  try {
    const path = `/invitations/${encodeURIComponent(invitationId)}/${command}`;
    const { headers } = await api.send('POST', path, body, { 'idempotency-key': randomKey() });
    const isReplayed = headers.get('idempotency-replayed') === 'true';
    settle(store, invitationId, {
      command,
      who: isReplayed ? 'somebody with the same key' : 'you',
      at: now(),
    });
  } catch (error) {
    const settled = settledBy(error, now());
    if (settled !== undefined) settle(store, invitationId, settled);
    else store.set(withSending(store.get(), invitationId, { state: 'failed', why: errorText(error) }));
  }
}

/** Who was first, where the refusal says so. */
function settledBy(error: unknown, now: string): Settled | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const { winner } = error.problem as { readonly winner?: { caller: string; command: string; time: string } };
  if (winner !== undefined) return { command: winner.command, who: whoText(winner.caller), at: winner.time };
  if (error.code === 'resolvedElsewhere') return { command: 'accept', who: 'somebody else', at: now };
  return undefined;
}

function settle(store: Console['store'], invitationId: string, settled: Settled): void {
  const state = store.get();
  store.set({
    ...withSending(state, invitationId, undefined),
    settled: new Map(state.settled).set(invitationId, settled),
  });
}

function withSending(
  { sending }: ConsoleState,
  invitationId: string,
  one: Sending | undefined,
): Pick<ConsoleState, 'sending'> {
  const next = new Map(sending);
  if (one === undefined) next.delete(invitationId);
  else next.set(invitationId, one);
  return { sending: next };
}

/** `crypto.randomUUID` is there in secure contexts only. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
