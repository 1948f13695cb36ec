import { ServiceBusClient } from '@azure/service-bus';
import { parseEventMessage } from '../../shared/invitations/events/parseEventMessage';
import type { RelayEvent } from '../../shared/invitations/events/relayEvent';
import type { InvitationData } from '../../shared/invitations/invitationData';

/** A Service Bus consumer of the topic `invitation-events`, with the genuine SDK. */
export interface EventCollector {
  /** Everything received so far, in the order of arrival. */
  readonly events: readonly RelayEvent[];
  /** The first event, received or to come, that matches. */
  event(matches: (event: RelayEvent) => boolean): Promise<RelayEvent>;
  /** The invitation's event of that kind, received or to come. */
  invitationEvent(matches: Partial<InvitationData>): Promise<RelayEvent>;
  close(): Promise<void>;
}

/** Collects from the subscription `all` unless another is named. */
export function collectEvents(connectionString: string, subscription = 'all'): EventCollector {
  const client = new ServiceBusClient(connectionString);
  const receiver = client.createReceiver('invitation-events', subscription, { receiveMode: 'receiveAndDelete' });
  const events: RelayEvent[] = [];
  const watchers = new Set<() => void>();
  receiver.subscribe({
    processMessage: ({ body }) => {
      events.push(parseEventMessage(body));
      for (const check of watchers) check();
      return Promise.resolve();
    },
    // The broker goes away at the end of a test; a test that misses an event fails by itself.
    processError: () => Promise.resolve(),
  });
  const event = (matches: (event: RelayEvent) => boolean): Promise<RelayEvent> =>
    new Promise((resolve) => {
      const check = (): void => {
        const found = events.find(matches);
        if (found === undefined) return;
        watchers.delete(check);
        resolve(found);
      };
      watchers.add(check);
      check();
    });
  return {
    events,
    event,
    invitationEvent: (wanted) =>
      event(
        ({ data }) =>
          typeof data === 'object' &&
          data !== null &&
          Object.entries(wanted).every(([name, value]) => (data as Record<string, unknown>)[name] === value),
      ),
    close: () => client.close(),
  };
}
