import type { Connection } from '../../shared/config/settings';
import { misused } from '../local/start/commandLine';
import { readGivenSettings, type GivenSettings } from '../local/start/givenSettings';
import { readRunningStack } from '../local/start/stackFile';

/**
 * The bus of `ServiceBusConnection` or `ServiceBusConnection__fullyQualifiedNamespace`, in the environment or
 * `local.settings.json`; else that of the stack that runs in `folder`. Ends the process with code 2 where there is neither.
 */
export async function findBus(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Connection> {
  const given = givenBus(await readGivenSettings(folder, environment));
  if (given !== undefined) return given;
  const stack = await readRunningStack(folder);
  return stack?.serviceBusConnection === undefined
    ? misused(
        'Neither ServiceBusConnection nor ServiceBusConnection__fullyQualifiedNamespace is set, and no local stack runs here.',
      )
    : { connectionString: stack.serviceBusConnection };
}

/** The bus that the settings name; undefined where they name none. Pure. */
export function givenBus(given: GivenSettings): Connection | undefined {
  const {
    ServiceBusConnection: connectionString,
    ServiceBusConnection__fullyQualifiedNamespace: name,
    ServiceBusConnection__clientId: clientId,
  } = given;
  if (connectionString !== undefined) return { connectionString };
  return name === undefined ? undefined : { name, clientId };
}
