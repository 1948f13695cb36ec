import { stableId } from '../../invitations/events/eventIdentity';
import type { InvitationEvent, RelayEvent } from '../../invitations/events/relayEvent';
import type { InvitationData, Outcome } from '../../invitations/invitationData';

/** `data` of `ucwa.subscription.test`. */
export interface SubscriptionTest {
  readonly subscriptionId: string;
  readonly message: string;
}
type TestEvent = RelayEvent<'ucwa.subscription.test', SubscriptionTest>;

export function isTestEvent(event: RelayEvent): event is TestEvent {
  return event.type === 'ucwa.subscription.test';
}

const MESSAGE = 'This is a test; nobody is calling.';

/** What a test sends unless it names an event of a call. Pure. */
export function toTestEvent(subscriptionId: string, timeMs: number): TestEvent {
  return {
    id: stableId('subscription-test', subscriptionId, timeMs),
    type: 'ucwa.subscription.test',
    account: 'urn:ucwa-relay:webhooks',
    subject: subscriptionId,
    timeMs,
    data: { subscriptionId, message: MESSAGE },
  };
}

/** The events of a call that a test can send in place of `ucwa.subscription.test`. */
export const sampleEventNames = ['ringing', 'answered', 'missed', 'declined'] as const;
export type SampleEventName = (typeof sampleEventNames)[number];

const account = 'sip:reception@example.com';
const RING_MS = 30_000;

/** How the sample call ends; one that rings has not. */
const ends: Readonly<Record<SampleEventName, { readonly state: string; readonly outcome: Outcome } | undefined>> = {
  ringing: undefined,
  answered: {
    state: 'connected',
    outcome: { result: 'answered', answered: true, answeredBy: 'otherEndpoint', status: 'Success' },
  },
  missed: { state: 'cancelled', outcome: { result: 'missed', answered: false, status: 'Failure' } },
  declined: { state: 'declined', outcome: { result: 'declined', answered: false, status: 'Failure' } },
};

/**
 * An event of a call that nobody makes, at a domain that is nobody's (RFC 2606): its subject says so, and its invitation id is
 * refused by every command. Pure. @param occurrence tells two tests apart.
 */
export function toSampleEvent(name: SampleEventName, occurrence: string, nowMs: number): InvitationEvent {
  const end = ends[name];
  const invitationId = `test-${stableId('sample-call', occurrence)}`;
  const data: InvitationData = {
    invitationId,
    event: end === undefined ? 'started' : 'completed',
    kind: 'audioVideo',
    account,
    direction: 'incoming',
    state: 'connecting',
    importance: 'normal',
    subject: MESSAGE,
    route: 'direct',
    from: { uri: 'sip:test.caller@example.com', name: 'Test Caller', callerType: 'user' },
    to: { uri: account, name: 'Reception' },
    modalities: ['audio'],
    actions: end === undefined ? ['acceptWithAnswer', 'acceptWithPhoneAudio', 'decline'] : [],
    ...end,
  };
  return {
    id: stableId('sample-event', occurrence, name),
    type: `ucwa.audioVideoInvitation.${data.event}`,
    account,
    subject: invitationId,
    timeMs: nowMs,
    sequence: `000000000001-${end === undefined ? '0001' : '0002'}`,
    ...(end === undefined && { expiryTimeMs: nowMs + RING_MS }),
    data,
  };
}
