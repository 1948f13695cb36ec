import type { CallContextEvent } from '../../../invitations/calls/callEvent';
import { createFollowedCall, noteParticipants } from '../../../invitations/calls/followedCall';
import { toConnectedEvent, toEndedEvent } from '../../../invitations/calls/toCallEvent';
import { compact } from '../../../invitations/compact';
import type { CommandSettlement } from '../../../invitations/commands/command';
import type { RelayEvent } from '../../../invitations/events/relayEvent';
import { toGapEvent } from '../../../invitations/normalise/toGapEvent';
import { toCloudEvent, type CloudEvent } from '../../../invitations/events/cloudEvent';
import type { SubscriberReport } from '../../../webhooks/delivery/subscriberEvents';
import { toFlatEvent } from '../../../webhooks/formats/flatEvent';
import { toPublicEvent } from '../../../webhooks/formats/publicEvent';
import { toTeamsCard } from '../../../webhooks/formats/teamsCard';
import type { SubscriptionTest } from '../../../webhooks/subscriptions/sampleEvent';
import { sampleAccount, sampleCall, sampleContext, sampleTimeMs } from './sampleCall';

/** The moments of the sample call, and what its events are called. */
export const stepNames = [
  ['started', 'ringing'],
  ['updated', 'changed'],
  ['answered', 'answered'],
  ['missed', 'missed'],
] as const;

/** Invitation events by name, as a webhook receives them. */
export function invitationExamples(): Readonly<Record<string, CloudEvent>> {
  const call = sampleCall();
  return Object.fromEntries(stepNames.map(([step, name]) => [name, toCloudEvent(toPublicEvent(call[step]))]));
}

/** The other events, as a webhook receives them. */
export function otherEventExamples(): Readonly<Record<keyof ReturnType<typeof otherEvents>, CloudEvent>> {
  const { connected, ended, context, gap, settled, failing, recovered, disabled, test } = otherEvents();
  return {
    connected: toCloudEvent(connected),
    ended: toCloudEvent(ended),
    context: toCloudEvent(context),
    gap: toCloudEvent(gap),
    settled: toCloudEvent(settled),
    failing: toCloudEvent(failing),
    recovered: toCloudEvent(recovered),
    disabled: toCloudEvent(disabled),
    test: toCloudEvent(test),
  };
}

/** What a subscriber with the format `flat` is sent. */
export function flatExample(): object {
  return toFlatEvent(toPublicEvent(sampleCall().started));
}

/** What a Teams workflow is sent; its buttons lead to a page that asks before it acts. */
export function teamsExample(): object {
  return (
    toTeamsCard(toPublicEvent(sampleCall().started), (_event, command) => `https://relay.contoso.com/api/${command}`) ??
    {}
  );
}

const atMs = sampleTimeMs + 5_000;
const subscriptionId = 'sub_QmVpc3BpZWwtQWJvLTAxMg';
const ofSubscription = { account: 'urn:ucwa-relay:webhooks', subject: subscriptionId, timeMs: atMs };

/** Events that report no step of a call. */
export function otherEvents(): Readonly<
  Record<
    'connected' | 'ended' | 'context' | 'gap' | 'settled' | 'failing' | 'recovered' | 'disabled' | 'test',
    RelayEvent
  >
> {
  return {
    ...callEvents(),
    context: contextEvent(),
    gap: toGapEvent({
      account: sampleAccount,
      applicationId: '102',
      cause: 'outage',
      afterMs: sampleTimeMs - 120_000,
      beforeMs: sampleTimeMs,
    }),
    settled: settledEvent(),
    failing: subscriberEvent(
      'failing',
      '2f6e1d0c9b8a7f6e5d4c3b2a19081726354453f1',
      'responded 500; the ring ends before the next attempt',
    ),
    recovered: subscriberEvent(
      'recovered',
      '9c8b7a6f5e4d3c2b1a09f8e7d6c5b4a392817065',
      'deliveries succeed again; they failed since 2026-01-15T11:40:12.000Z',
    ),
    disabled: subscriberEvent('disabled', '0b7c4f7d8e9a1b2c3d4e5f60718293a4b5c6d7e8', 'responded 410'),
    test: {
      ...ofSubscription,
      id: '5a1e0f3c2b4d6978a0b1c2d3e4f5061728394a5b',
      type: 'ucwa.subscription.test',
      data: { subscriptionId, message: 'This is a test; nobody is calling.' } satisfies SubscriptionTest,
    },
  };
}

function callEvents(): Record<'connected' | 'ended', RelayEvent> {
  const { subject, account, data } = sampleCall().started;
  const call = createFollowedCall({ invitationId: subject, kind: 'audioVideo' });
  call.direction = data.direction;
  call.threadId = data.threadId;
  noteParticipants(call, [compact({ uri: data.from?.uri, name: data.from?.name })]);
  const at = (receivedAtMs: number) => ({ account, applicationId: '102', receivedAtMs, emptyAtMs: receivedAtMs });
  const connectedAtMs = sampleTimeMs + 9_800;
  const record = { invitationId: subject, kind: 'audioVideo', connectedAtMs, applicationId: '102', ack: '9' } as const;
  const step = (reported: 'connected' | 'ended', sequence: string) => ({ reported, conversation: '', sequence });
  return {
    connected: toConnectedEvent(call, record, step('connected', '000000000009-0000-1'), at(connectedAtMs)),
    ended: toEndedEvent(call, record, true, step('ended', '000000000012-0000'), at(connectedAtMs + 183_000)),
  };
}

function contextEvent(): CallContextEvent {
  const { subject, account, data } = sampleCall().started;
  return {
    id: '0f1c2b3a-7d6e-4f5a-8b9c-1a2b3c4d5e6f',
    type: 'ucwa.call.context',
    account,
    subject,
    timeMs: sampleTimeMs + 1_200,
    ...compact({ correlationId: data.threadId }),
    data: {
      invitationId: subject,
      account,
      kind: data.kind,
      ...compact({ direction: data.direction, threadId: data.threadId }),
      caller: 'key:4f9a1c0be2d7',
      context: sampleContext,
    },
  };
}

function settledEvent(): RelayEvent {
  const { subject } = sampleCall().started;
  return {
    id: '6f1de3b2-2f6a-4c3e-9a51-0d2f6b9be7c4',
    type: 'ucwa.command.settled',
    account: sampleAccount,
    subject,
    timeMs: atMs,
    data: {
      invitationId: subject,
      command: 'decline',
      caller: 'key:4f9a1c0be2d7',
      authentication: 'key',
      reason: 'Global',
      result: 'sent',
      status: 202,
    } satisfies CommandSettlement,
  };
}

function subscriberEvent(state: 'failing' | 'recovered' | 'disabled', id: string, reason: string): RelayEvent {
  return {
    ...ofSubscription,
    id,
    type: `ucwa.subscription.${state}`,
    data: { subscriptionId, url: 'https://receiver.example/hooks', reason } satisfies SubscriberReport,
  };
}
