import { DefaultAzureCredential } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';
import type { AppSettings } from '../settings/appSettings';

/**
 * Opens the connection that a trigger names in its `connection`: the setting of that name holds a connection string,
 * or `NAME__fullyQualifiedNamespace` names the namespace and the machine's own identity signs in
 * (`NAME__clientId`: a user-assigned one). A setting with the prefix `AzureWebJobs` is taken first.
 *
 * Nothing is sent until a receiver is opened. @throws Error that names the settings, never a value, when none is set
 * or the string is malformed.
 */
export function openServiceBus(connection: string, settings: AppSettings): ServiceBusClient {
  const read = (suffix: string): string | undefined =>
    settings[`AzureWebJobs${connection}${suffix}`] ?? settings[`${connection}${suffix}`];
  const connectionString = read('');
  if (connectionString !== undefined && connectionString !== '') {
    try {
      return new ServiceBusClient(connectionString);
    } catch {
      throw new Error(`The app setting ${connection} is not a Service Bus connection string.`);
    }
  }
  const namespace = read('__fullyQualifiedNamespace');
  if (namespace === undefined || namespace === '') {
    throw new Error(`Neither the app setting ${connection} nor ${connection}__fullyQualifiedNamespace is set.`);
  }
  const clientId = read('__clientId');
  return new ServiceBusClient(
    namespace,
    new DefaultAzureCredential(clientId === undefined ? {} : { managedIdentityClientId: clientId }),
  );
}
