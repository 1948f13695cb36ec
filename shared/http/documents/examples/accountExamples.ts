import type { KnownAccount } from '../../../accounts/accountRegistry';
import { encodeSlotHealth } from '../../../relay/accountHealth';
import { slotOf } from '../../../relay/slots';
import { toAccountSettingsView, toAccountView } from '../../accounts/accountView';
import { toHeartbeat } from '../../health/accountCheck';
import { sampleAccount, sampleTimeMs } from './sampleCall';

/** Bodies of requests about accounts, by the name under which a document shows them. */
export const accountRequestExamples = {
  put: {
    minimal: { username: 'reception@contoso.com', password: 'correct horse battery staple' },
    phone: {
      username: 'CONTOSO\\reception',
      password: 'correct horse battery staple',
      modalities: ['PhoneAudio'],
      phoneNumber: '+14255550199',
      enabled: false,
    },
  },
  change: {
    password: { password: 'correct horse battery staple' },
    disable: { enabled: false },
    withoutPhone: { phoneNumber: null },
  },
};

const known: KnownAccount = {
  account: {
    sipUri: sampleAccount,
    username: 'reception@contoso.com',
    password: '',
    passwordSetAtMs: sampleTimeMs - 86_400_000,
    discoveryUrl: undefined,
    modalities: ['Audio', 'Video', 'PhoneAudio'],
    signInAs: undefined,
    reportActivity: true,
    ringSeconds: 30,
  },
  source: 'table',
  enabled: true,
  isAlsoInSetting: false,
};

/** What the routes about accounts answer. */
export function accountAnswers() {
  const connected = viewOf({
    state: 'connected',
    connectedSinceMs: sampleTimeMs - 3_600_000,
    lastPollAtMs: sampleTimeMs - 12_000,
    modalities: ['Audio', 'Video', 'PhoneAudio'],
  });
  const rejected = viewOf({
    state: 'credentialsRejected',
    disconnectedSinceMs: sampleTimeMs - 600_000,
    nextTryAtMs: sampleTimeMs + 3_000_000,
    modalities: [],
    lastError: `Skype for Business rejected the user name and password of ${sampleAccount}.`,
  });
  return {
    settings: toAccountSettingsView(known),
    connected,
    rejected,
    page: { accounts: [connected] },
    check: {
      account: sampleAccount,
      ok: false,
      steps: [
        {
          name: 'DNS names',
          outcome: 'passed',
          fact: 'lyncdiscoverinternal.contoso.com is 10.1.0.4',
          durationMs: 12,
        },
        {
          name: 'token',
          outcome: 'failed',
          fact: 'the user name or password is rejected',
          whatToDo: 'Correct username and password.',
          durationMs: 85,
        },
      ],
    },
    gaps: {
      gaps: [
        {
          id: '5ad4b0dc-4b6d-5f3c-9b52-6cfb8d2bd1a0',
          cause: 'outage',
          after: '2026-01-15T11:40:00.000Z',
          before: '2026-01-15T11:58:12.000Z',
        },
      ],
    },
  };
}

function viewOf(health: Omit<Parameters<typeof encodeSlotHealth>[0][number], 'account'>) {
  const row = {
    slot: slotOf(sampleAccount),
    owner: 'example',
    expiresAtMs: sampleTimeMs + 5_000,
    health: encodeSlotHealth([{ account: sampleAccount, ...health }]),
  };
  return toAccountView(known, toHeartbeat(row, sampleTimeMs), sampleTimeMs);
}
