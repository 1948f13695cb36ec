import { isServiceBusError, type ServiceBusClient } from '@azure/service-bus';
import { busEntities } from '../../../shared/messaging/busEntities';
import { seenEventSchema, type SeenEvent } from '../../local/start/print/seenEvent';
import { harmless } from '../../local/start/print/terminal';

/** What no waiting mends. */
const FATAL = new Set(['MessagingEntityNotFound', 'MessagingEntityDisabled', 'UnauthorizedAccess']);

/**
 * Receives the events of a subscription of `invitation-events` until the client is closed, and hands a line for each to
 * `print`. Resolves with what is wrong where waiting does not help; the SDK retries everything else by itself.
 */
export function consume(
  client: ServiceBusClient,
  subscription: string,
  print: (line: string) => void,
): Promise<string> {
  return new Promise((resolve) => {
    client.createReceiver(busEntities.events, subscription).subscribe({
      // A message that is handled is completed; when this throws, the bus gives the message again.
      processMessage: ({ body }) => {
        const event = seenEventSchema.safeParse(body);
        print(event.success ? describe(event.data) : 'a message that is no event of the relay');
        return Promise.resolve();
      },
      processError: ({ error }) => {
        if (isServiceBusError(error) && FATAL.has(error.code)) resolve(`${error.code}: ${error.message}`);
        else print(`The bus: ${error.message || error.name}. Trying again.`);
        return Promise.resolve();
      },
    });
  });
}

/** The type, whom it concerns, and what is new: the members that every kind of event has some of. */
function describe({ type, data }: SeenEvent): string {
  const { from, to, direction, account, outcome, state, result } = data;
  const other = direction === 'outgoing' ? to : from;
  const news = outcome?.result ?? state ?? result;
  const parts = [type, other?.name ?? other?.uri ?? account, news];
  return harmless(parts.filter((part) => part !== undefined).join('  '));
}
