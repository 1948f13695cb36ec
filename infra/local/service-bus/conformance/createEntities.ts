import { ServiceBusAdministrationClient, type CreateQueueOptions } from '@azure/service-bus';
import { readFileSync } from 'node:fs';
import { configPath } from './configPath';

interface QueueConfig {
  readonly Name: string;
  readonly Properties?: Readonly<Record<string, string | number | boolean>>;
}

interface NamespaceConfig {
  readonly Queues: readonly QueueConfig[];
  readonly Topics: readonly { readonly Name: string; readonly Subscriptions: readonly { readonly Name: string }[] }[];
}

function readConfig(): NamespaceConfig {
  const { UserConfig } = JSON.parse(readFileSync(configPath(), 'utf8')) as {
    UserConfig: { Namespaces: [NamespaceConfig] };
  };
  return UserConfig.Namespaces[0];
}

/** Makes the entities of this folder's Config.json in a namespace of Azure, which must not have them. Needs the right to manage. */
export async function createEntities(connectionString: string): Promise<void> {
  const administration = new ServiceBusAdministrationClient(connectionString);
  const { Queues: queues, Topics: topics } = readConfig();
  for (const { Name, Properties = {} } of queues) await administration.createQueue(Name, toOptions(Properties));
  for (const { Name, Subscriptions } of topics) {
    await administration.createTopic(Name);
    for (const subscription of Subscriptions) await administration.createSubscription(Name, subscription.Name);
  }
}

/** Deletes them, with all that is in them. */
export async function removeEntities(connectionString: string): Promise<void> {
  const administration = new ServiceBusAdministrationClient(connectionString);
  const { Queues: queues, Topics: topics } = readConfig();
  for (const { Name } of queues) await administration.deleteQueue(Name);
  for (const { Name } of topics) await administration.deleteTopic(Name);
}

/** The SDK's names are those of Config.json, but for their first letter. */
function toOptions(properties: NonNullable<QueueConfig['Properties']>): CreateQueueOptions {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
  );
}
