import type { Connection } from '../../shared/config/settings';
import { misused } from '../local/start/commandLine';
import { readGivenSettings } from '../local/start/givenSettings';
import { readRunningStack } from '../local/start/stackFile';

/**
 * The bus of `ServiceBusConnection` or `ServiceBusConnection__fullyQualifiedNamespace`, in the environment or
 * `local.settings.json`; else that of the stack that runs in `folder`. Ends the process with code 2 where there is neither.
 */
export async function findBus(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Connection> {
  const given = await readGivenSettings(folder, environment);
  const connectionString = given['ServiceBusConnection'];
  if (connectionString !== undefined) return { connectionString };
  const name = given['ServiceBusConnection__fullyQualifiedNamespace'];
  if (name !== undefined) return { name, clientId: given['ServiceBusConnection__clientId'] };
  const stack = await readRunningStack(folder);
  return stack?.serviceBusConnection === undefined
    ? misused(
        'Neither ServiceBusConnection nor ServiceBusConnection__fullyQualifiedNamespace is set, and no local stack runs here.',
      )
    : { connectionString: stack.serviceBusConnection };
}
