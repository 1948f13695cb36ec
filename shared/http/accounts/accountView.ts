import type { z } from 'zod';
import type { KnownAccount } from '../../accounts/accountRegistry';
import { compact } from '../../invitations/compact';
import type { AccountHealth } from '../../relay/accountHealth';
import { accountHealthIn, toAccountCheck, type Heartbeat } from '../health/accountCheck';
import { accountStates, type accountSchema, type accountSettingsSchema } from './accountAnswers';

export type AccountSettingsView = z.infer<typeof accountSettingsSchema>;
export type AccountView = z.infer<typeof accountSchema>;
type AccountState = (typeof accountStates)[number];

/** An account as callers see it, never with its password. Pure. */
export function toAccountSettingsView(known: KnownAccount): AccountSettingsView {
  const { account, source, enabled, isAlsoInSetting } = known;
  const { password: _password, passwordSetAtMs, modalities, ...options } = account;
  return {
    source,
    enabled,
    ...(isAlsoInSetting && { alsoInSetting: true as const }),
    ...compact(options),
    modalities: [...modalities],
    ...(passwordSetAtMs !== undefined && { passwordSetAt: toIso(passwordSetAtMs) }),
  };
}

/** The account with its state, as the process that polls it last reported it. Pure. */
export function toAccountView(known: KnownAccount, heartbeat: Heartbeat | undefined, nowMs: number): AccountView {
  const settings = toAccountSettingsView(known);
  if (!known.enabled) return { ...settings, state: 'disabled', status: 'pass' };
  const { sipUri } = settings;
  const health = heartbeat && accountHealthIn(heartbeat, sipUri);
  const { status, output } = toAccountCheck(sipUri, heartbeat, nowMs);
  const state = toState(health?.state);
  const view = { ...settings, state, status, ...toTimes(health), ...toGranted(health) };
  const lastError = health?.lastError ?? known.problem?.message;
  if (status === 'pass') return lastError === undefined ? view : { ...view, lastError };
  return {
    ...view,
    ...compact({ lastError: lastError ?? textOf(output), whatToDo: whatToDo[state]?.(known) }),
  };
}

function toGranted(health: AccountHealth | undefined): { readonly grantedModalities?: string[] } {
  return health === undefined || health.modalities.length === 0 ? {} : { grantedModalities: health.modalities };
}

function textOf(output: unknown): string | undefined {
  return typeof output === 'string' ? output : undefined;
}

function toTimes(health: AccountHealth | undefined) {
  return {
    ...time('connectedSince', health?.connectedSinceMs),
    ...time('disconnectedSince', health?.disconnectedSinceMs),
    ...time('lastPoll', health?.lastPollAtMs),
    ...time('nextTry', health?.nextTryAtMs),
  };
}

function time<Name extends string>(name: Name, atMs: number | undefined): Partial<Record<Name, string>> {
  return atMs === undefined ? {} : ({ [name]: toIso(atMs) } as Record<Name, string>);
}

/** A process of another version may report a state that this one does not know. */
function toState(state: string | undefined): AccountState {
  return accountStates.find((known) => known === state) ?? 'notReported';
}

const checkIt = ({ account }: KnownAccount): string =>
  `POST /accounts/${account.sipUri}/check says which step fails, and what to do about it.`;

/** What a person can do about each state that is not as it should be. */
const whatToDo: Partial<Record<AccountState, (known: KnownAccount) => string>> = {
  credentialsRejected: ({ account, source }) =>
    source === 'table'
      ? `Send the right password: PATCH /accounts/${account.sipUri} {"password":"…"}. It is tried at once.`
      : 'Correct user name and password in UCWA_ACCOUNTS, and refresh the settings.',
  cannotSignIn: checkIt,
  refused: checkIt,
  backingOff: checkIt,
  replaced: () => 'See that no other relay polls this account.',
  noInvitations: () =>
    'Have the pool grant the account a modality that the relayed kinds of invitation need, or change its modalities.',
  notPublishing: () => 'See that Service Bus can be reached and that its topic is not full.',
  notReported: () => 'See that a poll timer runs, or that POLL_FALLBACK is on.',
};

function toIso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
