import type { CommandSettlement } from '../../../invitations/commands/command';
import type { RelayEvent } from '../../../invitations/events/relayEvent';
import { toGapEvent } from '../../../invitations/normalise/toGapEvent';
import { toCloudEvent, type CloudEvent } from '../../../invitations/events/cloudEvent';
import type { SubscriberReport } from '../../../webhooks/delivery/subscriberEvents';
import { toFlatEvent } from '../../../webhooks/formats/flatEvent';
import { toPublicEvent } from '../../../webhooks/formats/publicEvent';
import { toTeamsCard } from '../../../webhooks/formats/teamsCard';
import type { SubscriptionTest } from '../../../webhooks/subscriptions/testSubscription';
import { sampleAccount, sampleCall, sampleTimeMs } from './sampleCall';

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
  const { gap, settled, failing, recovered, disabled, test } = otherEvents();
  return {
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

/** Events that tell of no moment of a call. */
export function otherEvents(): Readonly<
  Record<'gap' | 'settled' | 'failing' | 'recovered' | 'disabled' | 'test', RelayEvent>
> {
  const { started } = sampleCall();
  const atMs = sampleTimeMs + 5_000;
  const subscriptionId = 'sub_QmVpc3BpZWwtQWJvLTAxMg';
  const ofSubscription = { account: 'urn:ucwa-relay:webhooks', subject: subscriptionId, timeMs: atMs };
  return {
    gap: toGapEvent({
      account: sampleAccount,
      applicationId: '102',
      cause: 'outage',
      afterMs: sampleTimeMs - 120_000,
      beforeMs: sampleTimeMs,
    }),
    settled: {
      id: '6f1de3b2-2f6a-4c3e-9a51-0d2f6b9be7c4',
      type: 'ucwa.command.settled',
      account: sampleAccount,
      subject: started.subject,
      timeMs: atMs,
      data: {
        invitationId: started.subject,
        command: 'decline',
        caller: 'key:4f9a1c0be2d7',
        authentication: 'key',
        reason: 'Global',
        result: 'sent',
        status: 202,
      } satisfies CommandSettlement,
    },
    failing: {
      ...ofSubscription,
      id: '2f6e1d0c9b8a7f6e5d4c3b2a19081726354453f1',
      type: 'ucwa.subscription.failing',
      data: {
        subscriptionId,
        url: 'https://receiver.example/hooks',
        reason: 'responded 500; the ring ends before the next attempt',
      } satisfies SubscriberReport,
    },
    recovered: {
      ...ofSubscription,
      id: '9c8b7a6f5e4d3c2b1a09f8e7d6c5b4a392817065',
      type: 'ucwa.subscription.recovered',
      data: {
        subscriptionId,
        url: 'https://receiver.example/hooks',
        reason: 'deliveries succeed again; they failed since 2026-01-15T11:40:12.000Z',
      } satisfies SubscriberReport,
    },
    disabled: {
      ...ofSubscription,
      id: '0b7c4f7d8e9a1b2c3d4e5f60718293a4b5c6d7e8',
      type: 'ucwa.subscription.disabled',
      data: {
        subscriptionId,
        url: 'https://receiver.example/hooks',
        reason: 'responded 410',
      } satisfies SubscriberReport,
    },
    test: {
      ...ofSubscription,
      id: '5a1e0f3c2b4d6978a0b1c2d3e4f5061728394a5b',
      type: 'ucwa.subscription.test',
      data: { subscriptionId, message: 'This is a test; nobody is calling.' } satisfies SubscriptionTest,
    },
  };
}
