import type { CommandReply } from '../../../messaging/commandQueue';
import { toCloudEvent } from '../../../invitations/events/cloudEvent';
import { toServiceBusMessage } from '../../../messaging/toServiceBusMessage';
import { toUnreadableMessage } from '../../../messaging/toUnreadableMessage';
import { stepNames, otherEvents } from './eventExamples';
import { sampleAccount, sampleCall, sampleSdp, sampleTimeMs } from './sampleCall';

/** A message: its application properties and its body. */
export interface BusExample {
  readonly headers: object;
  readonly payload: unknown;
}

/** Messages of the topic by name, with the properties that toServiceBusMessage gives them. */
export function busExamples(): readonly {
  readonly name: string;
  readonly headers: object;
  readonly payload: ReturnType<typeof toCloudEvent>;
}[] {
  const call = sampleCall();
  const { connected, ended, context, gap, settled, disabled } = otherEvents();
  const events = {
    ...Object.fromEntries(stepNames.map(([step, name]) => [name, call[step]])),
    connected,
    ended,
    context,
    gap,
    settled,
    disabled,
  };
  return Object.entries(events).map(([name, event]) => ({
    name,
    headers: { ...toServiceBusMessage(event).applicationProperties },
    payload: toCloudEvent(event),
  }));
}

/** Messages of the queue `invitation-commands`, by name. */
export function commandExamples(): Readonly<Record<string, object>> {
  const invitationId = sampleCall().started.subject;
  return {
    accept: {
      command: 'accept',
      invitationId,
      with: 'phoneAudio',
      caller: 'front-desk',
      replyTo: 'front-desk-replies',
    },
    acceptWithAnswer: { command: 'accept', invitationId, with: 'answer', sdp: sampleSdp, caller: 'front-desk' },
    decline: { command: 'decline', invitationId, reason: 'Local' },
    cancel: { command: 'cancel', invitationId },
    hangup: { command: 'hangup', invitationId },
    start: {
      command: 'start',
      account: sampleAccount,
      to: 'tel:+14255550100',
      idempotencyKey: '8e03978e-40d5-43e8-bc93-6894a57f9324',
      replyTo: 'front-desk-replies',
    },
  };
}

export function replyExample(): CommandReply {
  return {
    correlationId: '8e03978e-40d5-43e8-bc93-6894a57f9324',
    invitationId: sampleCall().started.subject,
    command: 'accept',
    result: 'sent',
  };
}

export function unreadableExample(): BusExample {
  const unreadable = {
    id: sampleCall().updated.id,
    account: sampleAccount,
    timeMs: sampleTimeMs,
    sequence: '000000000007-0000',
    reason: 'The event has no link.',
    raw: '{"type":"started"}',
  };
  const { body, applicationProperties } = toUnreadableMessage(unreadable);
  return { headers: { ...applicationProperties }, payload: JSON.parse(body.toString('utf8')) };
}
