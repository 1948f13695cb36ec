import type { ServiceBusClient } from '@azure/service-bus';
import type { Clock } from '../clock';
import { busAccess, entityPath, type BusAccess } from './busEntities';
import { SEND_TIMEOUT_MS } from './openServiceBus';
import { isMissingEntity, isMissingRight, translateBusError } from './translateBusError';
import { within } from './within';

/** Whether the relay could send to or receive from an entity just now. */
export interface BusProbe extends BusAccess {
  /** What is wrong, in a sentence; absent where nothing is. */
  readonly problem?: string;
  /** The Azure role that is lacking, where that is what is wrong. */
  readonly missingRole?: string;
}

const roles = { send: 'Azure Service Bus Data Sender', receive: 'Azure Service Bus Data Receiver' } as const;

/**
 * Opens each link that the relay needs, on a connection of its own which is closed again: nothing is sent, and nothing is
 * taken (a receiving link only peeks). Waits 5 s for each at most, all at once. Never rejects.
 */
export async function probeBus(
  openClient: () => Promise<ServiceBusClient>,
  clock: Clock,
): Promise<readonly BusProbe[]> {
  let client: ServiceBusClient | undefined;
  try {
    const opened = await openClient();
    client = opened;
    return await Promise.all(
      busAccess.map(async (access): Promise<BusProbe> => {
        try {
          await within(clock, SEND_TIMEOUT_MS, () => openLink(opened, access));
          return access;
        } catch (error) {
          return { ...access, ...describe(access, error) };
        }
      }),
    );
  } catch (error) {
    return busAccess.map((access) => ({ ...access, ...describe(access, error) }));
  } finally {
    client?.close().catch(() => undefined);
  }
}

async function openLink(client: ServiceBusClient, { access, entity, subscription }: BusAccess): Promise<void> {
  if (access === 'send') {
    // Asks the link for the largest size of a message, and so opens it.
    await client.createSender(entity).createMessageBatch();
    return;
  }
  const receiver =
    subscription === undefined ? client.createReceiver(entity) : client.createReceiver(entity, subscription);
  await receiver.peekMessages(1);
}

function describe(link: BusAccess, error: unknown): Pick<BusProbe, 'problem' | 'missingRole'> {
  const path = entityPath(link);
  if (isMissingRight(error)) {
    const missingRole = roles[link.access];
    return { problem: `The relay may not ${link.access} at ${path}: it lacks the role ${missingRole}.`, missingRole };
  }
  if (isMissingEntity(error)) return { problem: `${path} does not exist in the Service Bus namespace.` };
  return { problem: translateBusError(error).message };
}
