import type { CommandName } from '../../../invitations/commands/command';
import { compact } from '../../../invitations/compact';
import { applyEvent } from '../../../invitations/invitationHead';
import { outcomeOf, type InvitationEnd } from '../../../invitations/outcome';
import { operationIdOf } from '../../../invitations/commands/startCommand';
import type { LiveOffer } from '../../../invitations/normalise/readOffer';
import { sessionContextFor } from '../../../invitations/commands/sessionContext';
import { encodeSlotHealth } from '../../../relay/accountHealth';
import { slotOf } from '../../../relay/slots';
import type { Recovered } from '../../../webhooks/delivery/retries/redeliver';
import type { Subscription } from '../../../webhooks/subscriptions/subscription';
import { toSubscriptionView } from '../../../webhooks/subscriptions/subscriptionView';
import type { TestResult } from '../../../webhooks/subscriptions/testSubscription';
import { toCall } from '../../connector/callEndpoints';
import { toDeliveryView } from '../../deliveryView';
import { busAccess } from '../../../messaging/busEntities';
import { readHealth } from '../../health/health';
import { toView } from '../../invitationEndpoints';
import { sampleAccount, sampleCall, sampleContext, sampleSdp, sampleTimeMs } from './sampleCall';

const flowUrl =
  'https://prod-00.westeurope.logic.azure.com:443/workflows/abc/triggers/When_a_call_rings/versions/1/run' +
  '?api-version=2016-06-01&sig=abc';

/** Bodies of requests, by the name under which a document shows them. */
export const requestExamples = {
  accept: {
    toThePhone: { with: 'phoneAudio' },
    ifThePhoneIsLinked: {},
    withAnswer: {
      with: 'answer',
      sdp: sampleSdp,
      processedOfferId: '16dc9d71@contoso.com',
    },
  },
  decline: { everyPhone: {}, onlyOurEndpoint: { reason: 'Local' } },
  empty: { nothing: {} },
  start: {
    callBack: { account: sampleAccount, to: 'tel:+14255550100', subject: 'Calling back' },
    fromAnotherPhone: { account: sampleAccount, to: 'sip:alice@contoso.com', phoneNumber: '+14255550199' },
  },
  context: {
    customer: sampleContext,
    takeAway: {},
  },
  createSubscription: {
    ringsAndMissedCalls: {
      url: 'https://receiver.example/hooks',
      description: 'Front desk',
      filters: { types: ['ucwa.audioVideoInvitation.*'], direction: 'incoming' },
    },
    teams: {
      url: 'https://prod-00.westeurope.logic.azure.com:443/workflows/abc/triggers/manual/paths/invoke?api-version=2016-06-01&sig=abc',
      format: 'teams',
    },
  },
  createCallTrigger: {
    everyAccount: {
      url: flowUrl,
    },
    oneAccount: {
      url: flowUrl,
      account: sampleAccount,
    },
  },
  changeSubscription: { pause: { state: 'paused' }, resume: { state: 'active' } },
  rotateSecret: { generated: {} },
  testSubscription: { test: {}, ringing: { event: 'ringing' } },
  recover: {
    sinceNoon: { since: '2026-01-15T12:00:00Z' },
    countOnly: { since: '2026-01-15T12:00:00Z', until: '2026-01-15T13:00:00Z', dryRun: true },
  },
} as const;

/** What `GET /invitations/{id}` answers while the sample call rings, and `GET /invitations` after it was missed; the live offer of it. */
export function invitationAnswers(): { readonly ringing: object; readonly page: object; readonly offer: LiveOffer } {
  const { started, updated, missed } = sampleCall();
  const ended = [updated, missed].reduce(applyEvent, applyEvent(undefined, started));
  const { media } = sampleCall({ includeSdp: true }).started.data;
  return {
    ringing: { ...toView(applyEvent(undefined, started), sampleTimeMs), history: [historyEntry(started)] },
    page: { invitations: [toView(ended, sampleTimeMs + 60_000)] },
    offer: {
      invitationId: started.subject,
      sessionContext: sessionContextFor(started.subject),
      offers: (media?.offers ?? []).map(({ contentId, fallback, sdp }) => ({
        fallback,
        ...compact({ contentId, sdp }),
      })),
    },
  };
}

/** What `PUT /invitations/{id}/context` answers. */
export function contextAnswer(): object {
  const attachedAt = new Date(sampleTimeMs + 1_200).toISOString();
  return { invitationId: sampleCall().started.subject, attachedAt, context: sampleContext };
}

const answeredOutgoing = { status: 'Success', state: 'connected', direction: 'outgoing' } as const;

const ends: Readonly<Record<CommandName | 'start', Omit<InvitationEnd, 'account'>>> = {
  accept: { status: 'Success', state: 'connected', direction: 'incoming' },
  decline: { status: 'Failure', state: 'declined', code: 'LocalFailure', subcode: 'Declined', direction: 'incoming' },
  cancel: { status: 'Failure', state: 'cancelled', code: 'LocalFailure', subcode: 'Canceled', direction: 'outgoing' },
  hangup: answeredOutgoing,
  hold: answeredOutgoing,
  resume: answeredOutgoing,
  start: answeredOutgoing,
};

/** What a command is answered: that it was sent, and with `Prefer: wait` how the call went on. */
export function commandAnswers(command: CommandName | 'start'): { readonly sent: object; readonly outcome: object } {
  const invitationId = sampleCall().started.subject;
  const sent = { result: 'sent', invitationId, command, ...namedBy(command, invitationId) };
  return { sent, outcome: { ...sent, outcome: outcomeOf({ account: sampleAccount, ...ends[command] }) } };
}

function namedBy(command: CommandName | 'start', invitationId: string): object {
  switch (command) {
    case 'accept':
      return { sessionContext: sessionContextFor(invitationId) };
    case 'cancel':
      return { state: 'alerting' };
    case 'hangup':
      return { state: 'connected' };
    case 'start':
      return { operationId: operationIdOf('key:4f9a1c0be2d7', sampleAccount, '8e03978e-40d5-43e8-bc93-6894a57f9324') };
    case 'decline':
    case 'hold':
    case 'resume':
      return {};
  }
}

function historyEntry({ id, type, timeMs, sequence, data }: ReturnType<typeof sampleCall>['started']): object {
  return { id, type, time: new Date(timeMs).toISOString(), sequence, data };
}

const subscription: Subscription = {
  id: 'sub_QmVpc3BpZWwtQWJvLTAxMg',
  encrypted: '',
  shownUrl: 'https://receiver.example/hooks/REDACTED',
  description: 'Front desk',
  filters: { types: ['ucwa.audioVideoInvitation.*'], direction: 'incoming' },
  format: 'cloudevents',
  headerNames: [],
  handshake: 'warn',
  state: { name: 'active' },
  earlierSecretsUntilMs: [],
  createdBy: 'key:4f9a1c0be2d7',
  createdAtMs: sampleTimeMs,
  changedAtMs: sampleTimeMs,
};

/** The secret of the Standard Webhooks test vectors. */
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export function subscriptionAnswers() {
  const view = toSubscriptionView(subscription, sampleTimeMs);
  const rotated = toSubscriptionView(
    { ...subscription, earlierSecretsUntilMs: [sampleTimeMs + 24 * 3_600_000] },
    sampleTimeMs,
  );
  const tested: TestResult = { delivered: true, status: 204, response: '', durationMs: 83 };
  const recovered: Recovered = { queued: 3, waiting: 0, delivered: 41, expired: 2, superseded: 1 };
  const { started } = sampleCall();
  const deliveries = [
    toDeliveryView({
      subscriptionId: view.id,
      event: started,
      attempt: 1,
      moves: 0,
      attempted: true,
      atMs: started.timeMs + 140,
      durationMs: 83,
      outcome: 'retrying',
      status: 500,
      reason: 'responded 500',
      response: 'busy',
      nextAtMs: started.timeMs + 1_190,
    }),
  ];
  return {
    view,
    list: { subscriptions: [view] },
    created: { subscription: view, secret, warnings: [] },
    existing: {
      subscription: view,
      warnings: [
        'A subscription with this URL, format and filters exists already; it was left as it is: change it with ' +
          'PATCH, or ask for another one with allowDuplicate',
      ],
    },
    changed: { subscription: view, warnings: [] },
    rotated: { subscription: rotated, secret },
    tested,
    recovered,
    deliveries: { deliveries },
  };
}

/** What the paths behind the connector answer. */
export function connectorAnswers() {
  const { started, missed } = sampleCall();
  const ringing = applyEvent(undefined, started);
  return {
    subscribed: { id: subscription.id },
    accounts: { accounts: [{ sipUri: sampleAccount, name: sampleAccount.replace(/^sip:/, '') }] },
    call: toCall(ringing, sampleTimeMs),
    calls: { calls: [toCall(applyEvent(ringing, missed), sampleTimeMs + 60_000)] },
  };
}

/** `GET /commands` after the sample call was declined. */
export function commandPageExample(): object {
  const { subject: invitationId } = sampleCall().started;
  return {
    commands: [
      {
        id: '5f0c1b9e-6a52-4b0e-9d5e-0f6d3a1c7b42',
        at: new Date(sampleTimeMs + 6_000).toISOString(),
        account: sampleAccount,
        invitationId,
        command: 'decline',
        caller: 'key:4f9a1c0be2d7',
        authentication: 'key',
        reason: 'Global',
        result: 'sent',
        status: 202,
      },
    ],
  };
}

/** `GET /health` of a relay whose account is connected and which has one webhook. */
export async function healthExample(): Promise<object> {
  const health = encodeSlotHealth([
    {
      account: sampleAccount,
      state: 'connected',
      lastPollAtMs: sampleTimeMs - 12_000,
      tokenExpiresAtMs: sampleTimeMs + 7_200_000,
      modalities: ['Audio', 'Video', 'PhoneAudio'],
    },
  ]);
  const subscriber = {
    subscription: toSubscriptionView(subscription, sampleTimeMs),
    health: undefined,
  };
  const row = { slot: slotOf(sampleAccount), owner: 'example', expiresAtMs: sampleTimeMs + 15_000, health };
  return readHealth({
    accounts: {
      list: () => Promise.resolve([{ account: { sipUri: sampleAccount }, enabled: true, isAlsoInSetting: false }]),
    },
    leases: { read: () => Promise.resolve([row]) },
    subscribers: () => Promise.resolve([subscriber]),
    azure: () => Promise.resolve({ bus: busAccess, tables: { problems: [], clockAheadMs: 0 } }),
    nowMs: sampleTimeMs,
  });
}
