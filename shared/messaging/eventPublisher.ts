import type { ServiceBusClient } from '@azure/service-bus';
import type { Clock } from '../clock';
import { RelayError } from '../errors/relayError';
import {
  invitationIdOf,
  type InvitationEvent,
  type RelayEvent,
  type UnreadableEvent,
} from '../invitations/events/relayEvent';
import type { Log } from '../telemetry/log';
import { countDeadLetters, countEvent } from '../telemetry/metrics';
import { traceParentOf } from '../telemetry/trace';
import { createBusConnection } from './busConnection';
import { busEntities } from './busEntities';
import { toCloudEvent } from '../invitations/events/cloudEvent';
import { createOutbox, type BusSender, type Outbox } from './outbox';
import { isInvitationEvent } from '../invitations/events/parseEventMessage';
import type { EventPublisher } from '../invitations/events/publisher';
import { toServiceBusMessage } from './toServiceBusMessage';
import type { EncodedMessage } from './encodedMessage';
import { toUnreadableMessage } from './toUnreadableMessage';

/** Where raw text goes that is too large for a message. */
export interface RawBlobs {
  /** Stores the text under that name, over what was there. Errors: `storageUnavailable`. */
  put(name: string, text: string): Promise<void>;
}

export interface EventPublisherOptions {
  /** Makes a client that the publisher owns, uses for sending only, and replaces when it no longer answers. */
  readonly openClient: () => Promise<ServiceBusClient>;
  readonly rawBlobs: RawBlobs;
  /**
   * The event without its largest part, named in `data.omitted`; undefined when nothing more can be left out. Called
   * until the event fits.
   */
  readonly shrink: (event: InvitationEvent) => InvitationEvent | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Beyond this a blob keeps the text. Measured on the body as encoded, which is what must fit in a message. */
const MAX_UNREADABLE_BYTES = 192 * 1024;

interface Outgoing {
  readonly event: RelayEvent;
  /** What goes out: the event, or what is left of it. */
  readonly sent: RelayEvent;
}

/**
 * EventPublisher on Service Bus. Opens nothing until first used.
 *
 * An event too large for a message goes out without its largest parts. One that is refused for good all the same is
 * sent raw to `unreadable-events`, so that the channel can go on; sendUnreadable rejects with `busUnavailable` or
 * `storageUnavailable` where even that fails.
 */
export function createEventPublisher({
  openClient,
  rawBlobs,
  shrink,
  clock,
  log,
}: EventPublisherOptions): EventPublisher {
  const connection = createBusConnection(openClient, clock);
  const unreadableEvents = createUnreadableEvents(connection.sender(busEntities.unreadable), rawBlobs, log);
  const eventOutbox = createOutbox<Outgoing>({
    sender: connection.sender(busEntities.events),
    encode: ({ sent }) => toServiceBusMessage(sent),
    replace: async ({ event, sent }, refusal) => {
      const { id: eventId, type, account } = event;
      const invitationId = invitationIdOf(event);
      if (refusal.code === 'messageTooLarge' && isInvitationEvent(sent)) {
        const smaller = shrink(sent);
        if (smaller !== undefined) {
          log.warn('eventShrunk', { eventId, invitationId, type, account, omitted: smaller.data.omitted?.join(',') });
          return { event, sent: smaller };
        }
      }
      await unreadableEvents.send([toUnreadableEvent(event, refusal)]);
      log.error('eventRefused', { eventId, invitationId, type, account, code: refusal.code });
      return undefined;
    },
  });

  return {
    async publish(events) {
      // Consumers carry on the trace in which an event came about; its id knows nothing of it.
      const traceParent = traceParentOf();
      const traced = traceParent === undefined ? events : events.map((event) => ({ traceParent, ...event }));
      await eventOutbox.send(traced.map((event) => ({ event, sent: event })));
      for (const { type } of events) countEvent(type);
    },
    sendUnreadable: (unreadable) => unreadableEvents.send(unreadable),
    async close() {
      await eventOutbox.close();
      await unreadableEvents.close();
      await connection.close();
    },
  };
}

/** The queue `unreadable-events`. What is too large for it, and what it has no room for, is kept as a blob. */
function createUnreadableEvents(sender: BusSender, rawBlobs: RawBlobs, log: Log): Outbox<UnreadableEvent> {
  const outbox = createOutbox<EncodedMessage>({
    sender,
    encode: (message) => message,
    replace: (_message, refusal) => {
      throw new RelayError('busUnavailable', `The queue ${busEntities.unreadable} refuses what is to be kept there.`, {
        cause: refusal,
      });
    },
  });
  const toMessage = async (unreadable: UnreadableEvent): Promise<EncodedMessage> => {
    const message = toUnreadableMessage(unreadable);
    if (message.body.length <= MAX_UNREADABLE_BYTES) return message;
    await rawBlobs.put(unreadable.id, unreadable.raw);
    return toUnreadableMessage(unreadable, unreadable.id);
  };
  return {
    async send(unreadable) {
      try {
        await outbox.send(await Promise.all(unreadable.map(toMessage)));
      } catch (error) {
        if (!(error instanceof RelayError) || error.code !== 'busEntityFull') throw error;
        // A queue that nobody reads must not stop the calls: what it has no room for is kept as a blob, reason and all.
        await Promise.all(unreadable.map((one) => rawBlobs.put(`${one.id}.json`, JSON.stringify(one))));
        log.error('unreadableQueueFull', { keptAsBlobs: unreadable.length });
      }
      countDeadLetters(unreadable.length, busEntities.unreadable);
    },
    close: () => outbox.close(),
  };
}

function toUnreadableEvent(event: RelayEvent, refusal: RelayError): UnreadableEvent {
  const { id, account, timeMs, sequence } = event;
  const detail = refusal.cause instanceof Error ? ` ${refusal.cause.message}` : '';
  return {
    id,
    account,
    timeMs,
    ...(sequence !== undefined && { sequence }),
    reason: refusal.message + detail,
    raw: JSON.stringify(toCloudEvent(event)),
  };
}
