import type { Connection } from '../../../shared/config/settings';
import { credentialFor } from '../../../shared/identity';
import { OWN_SUBSCRIPTION } from '../../../shared/messaging/busEntities';
import { openServiceBus } from '../../../shared/messaging/openServiceBus';
import { translateBusError } from '../../../shared/messaging/translateBusError';
import { readGivenSettings } from '../../local/start/givenSettings';
import { readRunningStack } from '../../local/start/stackFile';
import { givenBus } from '../findBus';
import { peekBacklog, type Backlog } from './busBacklog';

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
  const connection = givenBus(given) ?? (isLocal ? await localBus(folder) : undefined);
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

async function localBus(folder: string): Promise<Connection | undefined> {
  const connectionString = (await readRunningStack(folder))?.serviceBusConnection;
  return connectionString === undefined ? undefined : { connectionString };
}
