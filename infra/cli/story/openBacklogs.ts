import type { Connection } from '../../../shared/config/settings';
import { credentialFor } from '../../../shared/identity';
import { openServiceBus } from '../../../shared/messaging/openServiceBus';
import { translateBusError } from '../../../shared/messaging/translateBusError';
import { readGivenSettings } from '../../local/start/givenSettings';
import { readRunningStack } from '../../local/start/stackFile';
import { peekBacklog, type Backlog } from './busBacklog';

/** The relay's own subscription of the topic. */
export const OWN_SUBSCRIPTION = 'webhooks';
/** The user's own in the local stack. */
const LOCAL_SUBSCRIPTION = 'consumer';

/** Looks at subscriptions of the topic. Rejects with a sentence where the bus does not let it. */
export type ReadBacklogs = () => Promise<readonly Backlog[]>;

/**
 * How the topic's subscriptions are looked at: the relay's own and the named ones; in the local stack also `consumer`. Undefined
 * where no bus is known: neither `ServiceBusConnection` nor `ServiceBusConnection__fullyQualifiedNamespace` is given in the
 * environment or `local.settings.json`, and the relay is not that of the local stack.
 */
export async function openBacklogs(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  named: readonly string[],
): Promise<ReadBacklogs | undefined> {
  const given = await readGivenSettings(folder, environment);
  const isLocal = given['RELAY_URL'] === undefined;
  const connection = toConnection(given) ?? (isLocal ? toConnection(await localBus(folder)) : undefined);
  if (connection === undefined) return undefined;
  const subscriptions = new Set([...named, ...(isLocal ? [LOCAL_SUBSCRIPTION] : []), OWN_SUBSCRIPTION]);
  return async () => {
    try {
      const client = await openServiceBus(connection, () => credentialFor(connection));
      try {
        const found = await Promise.all([...subscriptions].map((name) => peekBacklog(client, name)));
        return found.filter((backlog) => backlog !== undefined);
      } finally {
        await client.close();
      }
    } catch (error) {
      throw translateBusError(error);
    }
  };
}

function toConnection(given: Readonly<Record<string, string | undefined>>): Connection | undefined {
  const connectionString = given['ServiceBusConnection'];
  if (connectionString !== undefined) return { connectionString };
  const name = given['ServiceBusConnection__fullyQualifiedNamespace'];
  return name === undefined ? undefined : { name, clientId: given['ServiceBusConnection__clientId'] };
}

async function localBus(folder: string): Promise<Readonly<Record<string, string | undefined>>> {
  return { ServiceBusConnection: (await readRunningStack(folder))?.serviceBusConnection };
}
