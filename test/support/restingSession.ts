import type { AccountSettings } from '../../shared/config/settings';
import { RelayError } from '../../shared/errors/relayError';
import type { UcwaSession } from '../../shared/ucwa/session';

/** A session whose channel stays open and empty until its signal aborts or another poll replaces its own; tells who polls. */
export function createRestingSession(
  account: AccountSettings,
  polling: { opened(replace: () => void): void; closed(): void },
): UcwaSession {
  const application = { path: '/ucwa/oauth/v1/applications/1', id: '1' };
  return {
    account,
    displayName: 'Reception',
    async *packages(signal) {
      const replaced = new AbortController();
      polling.opened(() => replaced.abort());
      const ended = AbortSignal.any([signal, replaced.signal]);
      await new Promise<void>((resolve) => {
        if (ended.aborted) resolve();
        else ended.addEventListener('abort', () => resolve(), { once: true });
      });
      polling.closed();
      if (!signal.aborted) throw new RelayError('pollReplaced', 'Another poll has replaced this one.');
    },
    read: () => Promise.resolve(undefined),
    post: () => Promise.resolve({}),
    application: () => Promise.resolve(application),
    notPublished: () => undefined,
    health: () => ({
      state: 'connected',
      lastPollAtMs: undefined,
      readToEndMs: undefined,
      tokenExpiresAtMs: undefined,
      modalities: ['Audio'],
      lastError: undefined,
      disconnectedSinceMs: undefined,
      cutAfterMs: undefined,
    }),
    signOut: () => Promise.resolve(),
  };
}

export function testAccount(sipUri = 'sip:reception@contoso.com'): AccountSettings {
  return {
    sipUri,
    username: sipUri.slice(4),
    password: 'password',
    discoveryUrl: undefined,
    modalities: ['Audio', 'Video', 'PhoneAudio'],
    signInAs: undefined,
    reportActivity: true,
    ringSeconds: 30,
  };
}
